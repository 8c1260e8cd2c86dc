package data

import (
	"fmt"
	"math"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// finish decides what the columns of a table that was read without a schema
// are, and makes the schema and the data set of them.
func (t *table) finish(goal Goal) (*Dataset, *Schema, error) {
	s := &Schema{}
	for i := range t.columns {
		c := &t.columns[i]
		switch c.kind {
		case undecided:
			return nil, nil, fmt.Errorf("%s: column %q has no values: remove it", t.scan.name, spelling.Clip(c.name))
		case texts:
			c.sortNames()
		}
		if i != t.target {
			s.Columns = append(s.Columns, Column{Name: c.name, Categories: c.names})
		}
	}
	if len(s.Columns) == 0 {
		return nil, nil, fmt.Errorf("%s: no column besides the target: there is nothing to predict it from (a series is predicted from its own past: data.window says how many steps)", t.scan.name)
	}
	target := &t.columns[t.target]
	d := t.assemble(s.Columns)
	d.Targets = []string{target.name}
	if err := d.settle(target.kind, target.names, goal); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", t.scan.name, err)
	}
	s.Target = &Target{Name: target.name, Position: t.target, Task: d.Task, Classes: d.Classes}
	return d, s, nil
}

// assemble makes X of the given columns, in their order, and Y, [N], of the
// target; it releases the blocks of the table as it goes.
func (t *table) assemble(columns []Column) *Dataset {
	d := &Dataset{Name: t.scan.name, Missing: t.missing, Dropped: t.dropped, Features: features(columns)}
	at := make(map[string]int, len(t.columns))
	for i := range t.columns {
		at[t.columns[i].name] = i
	}
	from := make([]int, len(columns))
	for i, c := range columns {
		from[i] = at[c.Name]
	}
	d.X = tensor.New(t.rows, len(d.Features))
	if t.target >= 0 {
		d.Y = tensor.New(t.rows)
	}
	row := 0
	for b, block := range t.blocks {
		for ; len(block) > 0; block = block[len(t.columns):] {
			out := d.X.Row(row)
			for i, c := range columns {
				v := block[from[i]]
				if c.Categories == nil {
					out[0] = v
					out = out[1:]
					continue
				}
				if v == v {
					out[t.columns[from[i]].place(v)] = 1
				}
				out = out[len(c.Categories):]
			}
			if t.target >= 0 {
				d.Y.Data[row] = block[t.target]
				if c := &t.columns[t.target]; c.kind == texts {
					d.Y.Data[row] = tensor.Float(c.place(block[t.target]))
				}
			}
			row++
		}
		t.blocks[b] = nil
	}
	return d
}

func identity(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// settle decides the task of d, whose Y is [N], or [N, T] with a target for each
// step: numbers, or indices of names.
func (d *Dataset) settle(kind columnKind, names []string, goal Goal) error {
	switch {
	case kind == texts:
		d.Task, d.Classes = Classification, names
	case goal == AsClassification, goal == Auto && d.looksLikeClasses():
		d.Task = Classification
		values, err := d.distinct(MaxClasses)
		if err != nil {
			return err
		}
		index := make(map[tensor.Float]tensor.Float, len(values))
		d.Classes = make([]string, len(values))
		for i, v := range values {
			index[v] = tensor.Float(i)
			d.Classes[i] = formatNumber(float64(v))
		}
		for i, v := range d.Y.Data {
			d.Y.Data[i] = index[v]
		}
	default:
		d.Task = Regression
		d.Y = tensor.From(d.Y.Data, append(slices.Clone(d.Y.Shape()), 1)...)
		return nil
	}
	if len(d.Classes) == 1 {
		return fmt.Errorf("column %q has one class only (%q): nothing to learn", spelling.Clip(d.Targets[0]), spelling.Clip(d.Classes[0]))
	}
	return nil
}

// looksLikeClasses is the rule of [Auto].
func (d *Dataset) looksLikeClasses() bool {
	for _, v := range d.Y.Data {
		if math.Trunc(float64(v)) != float64(v) {
			return false
		}
	}
	values, err := d.distinct(autoClasses)
	if err != nil {
		return false
	}
	binary := len(values) == 2 && values[0] == 0 && values[1] == 1
	return binary || len(values)*autoRowsPerClass <= d.Len()
}

// distinct returns the different values of Y in order; more than limit are an
// error.
func (d *Dataset) distinct(limit int) ([]tensor.Float, error) {
	seen := make(map[tensor.Float]bool)
	for _, v := range d.Y.Data {
		seen[v] = true
		if len(seen) > limit {
			return nil, fmt.Errorf("column %q has more than %d different values: too many for classes", spelling.Clip(d.Targets[0]), limit)
		}
	}
	values := make([]tensor.Float, 0, len(seen))
	for v := range seen {
		values = append(values, v)
	}
	slices.Sort(values)
	return values, nil
}
