package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

type columnKind int

const (
	undecided columnKind = iota // no cell with a value so far
	numbers
	texts
	ignored
)

// column is one column of a table while it is read. A text is kept as its
// number in known, in the order of appearance.
type column struct {
	name   string
	kind   columnKind
	target bool
	known  map[string]int
	names  []string
	rank   []int // by number of a text: its place in names, nil when that is the number
	closed bool  // the texts are those of a schema: another one is an error
}

// table collects the rows of a CSV file, in blocks of numbers that are released
// as the final tensors are made. A missing cell is NaN.
type table struct {
	scan    *csvScanner
	columns []column
	target  int // index of the target column, -1 without one
	blocks  [][]tensor.Float
	rows    int
	perRow  int
	missing int
	dropped int

	numbersOnly bool // leave columns of text out
}

const sampleRows = 1000 // rows that decide whether a column has numbers or texts

// readHeader reads the first row and makes the columns. A row of numbers alone
// is no header, unless all the known names are among them; it is then returned
// as the first row of data and the columns are column_1, column_2, …
func (t *table) readHeader(known []string) (first [][]byte, err error) {
	row, err := t.scan.row()
	if err == io.EOF {
		return nil, fmt.Errorf("%s: the file is empty, expected a header and rows", t.scan.name)
	} else if err != nil {
		return nil, err
	}
	header := false
	cells := make(map[string]bool, len(row))
	for _, cell := range row {
		_, err := parseCell(cell)
		header = header || err != nil
		cells[string(cell)] = true
	}
	header = header || len(known) > 0 && !slices.ContainsFunc(known, func(name string) bool { return !cells[name] })
	t.columns = make([]column, len(row))
	seen := make(map[string]int, len(row))
	for i, cell := range row {
		name := string(cell)
		if !header || name == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		if !utf8.ValidString(name) {
			return nil, t.scan.errorf("the name of column %d is not UTF-8: save the file as UTF-8", i+1)
		}
		if j, ok := seen[name]; ok {
			return nil, t.scan.errorf("columns %d and %d are both named %q", j+1, i+1, spelling.Clip(name))
		}
		seen[name] = i
		t.columns[i].name = name
	}
	if header {
		return nil, nil
	}
	return cloneRow(row), nil
}

func (t *table) names() []string {
	names := make([]string, len(t.columns))
	for i := range t.columns {
		names[i] = t.columns[i].name
	}
	return names
}

func cloneRow(row [][]byte) [][]byte {
	out := make([][]byte, len(row))
	for i, cell := range row {
		out[i] = slices.Clone(cell)
	}
	return out
}

// next returns the next row, which has as many cells as the table has columns.
func (t *table) next() ([][]byte, error) {
	row, err := t.scan.row()
	if err != nil {
		return nil, err
	}
	return row, t.checkWidth(row)
}

// readRows reads all rows. Those of the sample, at first with first when it is
// not nil, decide the kinds of the columns that have none yet.
func (t *table) readRows(first [][]byte) error {
	type sampled struct {
		line  int
		cells [][]byte
	}
	var sample []sampled
	size := 0
	if first != nil {
		sample = append(sample, sampled{t.scan.line, first})
	}
	for len(sample) < sampleRows && size < 1<<20 {
		row, err := t.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		sample = append(sample, sampled{t.scan.line, cloneRow(row)})
		for _, cell := range row {
			size += len(cell)
		}
	}
	if len(sample) == 0 {
		return fmt.Errorf("%s: a header and no rows", t.scan.name)
	}
	for i := range t.columns {
		c := &t.columns[i]
		if c.kind != undecided {
			continue
		}
		votes, values := 0, 0
		for _, s := range sample {
			if cell := s.cells[i]; !missing(cell) {
				values++
				if numeric(cell) {
					votes++
				}
			}
		}
		if values > 0 {
			c.kind = texts
			if t.numbersOnly {
				c.kind = ignored
			}
			if 2*votes > values {
				c.kind = numbers
			}
		}
	}
	for _, s := range sample {
		t.scan.line = s.line
		if err := t.add(s.cells); err != nil {
			return err
		}
	}
	sample = nil
	for {
		row, err := t.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := t.add(row); err != nil {
			return err
		}
	}
	if t.rows == 0 {
		return fmt.Errorf("%s: no row has a value in column %q, the target", t.scan.name, spelling.Clip(t.columns[t.target].name))
	}
	return nil
}

func (t *table) checkWidth(row [][]byte) error {
	if len(row) != len(t.columns) {
		return t.scan.errorf("found %d cells, expected %d as in the first row", len(row), len(t.columns))
	}
	return nil
}

// add appends one row, or counts it as dropped when its target is missing.
func (t *table) add(row [][]byte) error {
	if t.target >= 0 && missing(row[t.target]) {
		t.dropped++
		return nil
	}
	width := len(t.columns)
	if t.perRow == 0 {
		t.perRow = max(1, 1<<16/width) // rows in a block
	}
	if t.rows%t.perRow == 0 {
		t.blocks = append(t.blocks, make([]tensor.Float, 0, t.perRow*width))
	}
	block := &t.blocks[len(t.blocks)-1]
	for i, cell := range row {
		if t.numbersOnly && t.columns[i].kind == undecided && !missing(cell) && !numeric(cell) {
			t.columns[i].kind = ignored
		}
		v, err := t.columns[i].value(cell)
		if err != nil {
			return t.scan.errorf("column %q: %w", spelling.Clip(t.columns[i].name), err)
		}
		if v != v && t.columns[i].kind != ignored {
			t.missing++
		}
		*block = append(*block, v)
	}
	t.rows++
	return nil
}

// value returns what the table keeps of a cell: its number, the number of its
// text, or NaN.
func (c *column) value(cell []byte) (tensor.Float, error) {
	if c.kind == ignored || missing(cell) {
		return tensor.Float(math.NaN()), nil
	}
	if c.kind == undecided {
		c.kind = texts
		if numeric(cell) {
			c.kind = numbers
		}
	}
	if c.kind == numbers {
		return parseCell(cell)
	}
	if c.target {
		cell = []byte(className(cell))
	}
	if i, ok := c.known[string(cell)]; ok {
		return tensor.Float(i), nil
	}
	name := string(cell)
	switch {
	case c.closed:
		return 0, fmt.Errorf("found %q, which the training data did not have; %s", spelling.Clip(name), spelling.Suggest(name, c.names))
	case !utf8.ValidString(name):
		return 0, errors.New("the text is not UTF-8: save the file as UTF-8")
	case c.target && len(c.names) == MaxClasses:
		return 0, fmt.Errorf("more than %d different classes", MaxClasses)
	case !c.target && len(c.names) == MaxCategories:
		return 0, fmt.Errorf("more than %d different texts, and each becomes an input: remove the column, or join rare texts", MaxCategories)
	}
	if c.known == nil {
		c.known = map[string]int{}
	}
	c.known[name] = len(c.names)
	c.names = append(c.names, name)
	return tensor.Float(len(c.names) - 1), nil
}

// sortNames puts the texts in natural order.
func (c *column) sortNames() {
	sorted := slices.Clone(c.names)
	slices.SortFunc(sorted, naturalCompare)
	c.rank = make([]int, len(sorted))
	for i, name := range sorted {
		c.rank[c.known[name]] = i
	}
	c.names = sorted
}

// place returns the place in names of a text that the table kept as v.
func (c *column) place(v tensor.Float) int {
	if c.rank != nil {
		return c.rank[int(v)]
	}
	return int(v)
}
