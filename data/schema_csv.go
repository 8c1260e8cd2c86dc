package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

func (s *Schema) readCSV(path string, labelled bool) (*Dataset, error) {
	t, err := s.readTable(path, labelled)
	if err != nil {
		return nil, err
	}
	d := t.assemble(s.Columns)
	s.describe(d)
	if d.Y != nil && d.Task == Regression {
		d.Y = tensor.From(d.Y.Data, t.rows, 1)
	}
	return d, nil
}

// readTable reads the columns of the schema, and its target when labelled.
func (s *Schema) readTable(path string, labelled bool) (*table, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{scan: newCSVScanner(f, path), target: -1}
	known := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		known[i] = c.Name
	}
	first, err := t.readHeader(known)
	if err != nil {
		return nil, err
	}
	if first != nil {
		s.nameByPosition(t.columns)
	}
	at := make(map[string]int, len(t.columns)) // name → position in the file
	for i := range t.columns {
		at[t.columns[i].name] = i
		t.columns[i].kind = ignored
	}
	find := func(name string) (int, error) {
		i, ok := at[name]
		if !ok {
			return 0, fmt.Errorf("%s: no column %q, which the model needs; %s", path, spelling.Clip(name), spelling.Suggest(name, t.names()))
		}
		return i, nil
	}
	for _, want := range s.Columns {
		i, err := find(want.Name)
		if err != nil {
			return nil, err
		}
		t.columns[i].expect(want.Categories)
	}
	if labelled {
		i, err := find(s.Target.Name)
		if err != nil {
			return nil, err
		}
		t.columns[i].target = true
		t.columns[i].expect(s.Target.Classes)
		t.target = i
	}
	return t, t.readRows(first)
}

// expect fixes the kind of a column: numbers, or these texts alone.
func (c *column) expect(categories []string) {
	c.kind = numbers
	if categories == nil {
		return
	}
	c.kind, c.closed, c.names = texts, true, categories
	c.known = make(map[string]int, len(categories))
	for i, name := range categories {
		c.known[name] = i
	}
}

// nameByPosition gives the columns of a file without header the names of the
// schema, when their number is that of the source with or without its target.
func (s *Schema) nameByPosition(columns []column) {
	names := make([]string, 0, len(s.Columns)+1)
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	if t := s.Target; t != nil && len(columns) == len(names)+1 && t.Position >= 0 && t.Position <= len(names) {
		names = append(names[:t.Position], append([]string{t.Name}, names[t.Position:]...)...)
	}
	if len(columns) != len(names) {
		return
	}
	for i, name := range names {
		columns[i].name = name
	}
}
