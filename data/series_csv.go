package data

import (
	"fmt"
	"io"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// ReadSeries reads a series from a .csv or .tsv file or an .npy array, [steps] or
// [steps, columns] (each also with .gz): its rows are the steps, oldest first and
// taken as evenly spaced, and all its columns of numbers are values; columns of
// text, such as dates, are left out. So is a first column of whole numbers that
// only grow (a year, a date, a count), unless it is the target. The target is
// opt.Target, which may be left out where there is one column only, or no header
// (the last column). Cells are read as [ParseCSV] does.
func ReadSeries(path string, opt Options) (*Series, error) {
	if formatOf(path) == formatNPY {
		a, err := openNPY(path)
		if err != nil {
			return nil, err
		}
		s, err := seriesOf(path, a)
		if err != nil {
			return nil, err
		}
		if opt.Target != "" {
			if s.Target = slices.Index(s.Columns, opt.Target); s.Target < 0 {
				return nil, fmt.Errorf("%s: no column %q; %s", path, spelling.Clip(opt.Target), spelling.Suggest(opt.Target, s.Columns))
			}
		}
		return s.withoutTime(), nil
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseSeries(f, path, opt.Target)
}

func parseSeries(r io.Reader, name, target string) (*Series, error) {
	t := &table{scan: newCSVScanner(r, name), target: -1, numbersOnly: true}
	var known []string
	if target != "" {
		known = []string{target}
	}
	first, err := t.readHeader(known)
	if err != nil {
		return nil, err
	}
	if target == "" && first != nil {
		target = t.columns[len(t.columns)-1].name
	}
	if target != "" {
		i := slices.Index(t.names(), target)
		if i < 0 {
			return nil, fmt.Errorf("%s: no column %q; %s", name, spelling.Clip(target), spelling.Suggest(target, t.names()))
		}
		t.columns[i].kind = numbers
	}
	if err := t.readRows(first); err != nil {
		return nil, err
	}
	var columns []string
	for i := range t.columns {
		if t.columns[i].kind == numbers {
			columns = append(columns, t.columns[i].name)
		}
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%s: no column of numbers: a series needs one", name)
	}
	return t.series(columns, target)
}

// series makes a series of the given columns; without a target there must be one
// besides the time.
func (t *table) series(columns []string, target string) (*Series, error) {
	want := make([]Column, len(columns))
	for i, name := range columns {
		want[i].Name = name
	}
	d := t.assemble(want)
	s := &Series{Name: d.Name, Columns: columns, Values: d.X, Target: slices.Index(columns, target)}
	if target != "" {
		return s.withoutTime(), nil
	}
	s.Target = len(columns) - 1
	if s = s.withoutTime(); len(s.Columns) > 1 {
		return nil, fmt.Errorf("%s: %w; %s", s.Name, ErrNoTarget, spelling.Suggest("", s.Columns))
	}
	return s, nil
}

// seriesOf makes a series of an array of numbers, [L] or [L, columns]; the last
// column is the target.
func seriesOf(path string, a *array) (*Series, error) {
	if len(a.dims) > 2 || len(a.dims) == 0 {
		return nil, fmt.Errorf("%s: shape %s, expected a series [steps] or [steps, columns]", path, tensor.ShapeString(a.dims))
	}
	cols := len(a.data) / a.dims[0]
	if cols > maxColumns {
		return nil, fmt.Errorf("%s: %d columns, expected at most %d", path, cols, maxColumns)
	}
	return &Series{Name: path, Columns: columnNames(cols), Target: cols - 1, Values: tensor.From(a.data, a.dims[0], cols)}, nil
}
