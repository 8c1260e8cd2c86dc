package data

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// FromRows makes inputs for prediction of rows that are in memory, such as those
// of a request, as [Schema.ReadInputs] does of a file. A row has a value for
// every column by its name: a number (float64, float32, int or json.Number) or
// a text; nil stands for a missing value. The target may be there and is
// ignored; a column that is absent or unknown, a value of another type and a
// category that the training data did not have are errors that name row (from
// 1) and column.
//
// For a model of windows the rows are the steps of a series, oldest first: X is
// [len(rows)−window+1, window, features]. For one of sequences they are the steps of
// one sequence, [1, len(rows), features]. A model of text takes [Schema.FromText].
func (s *Schema) FromRows(rows []map[string]any) (*Dataset, error) {
	switch {
	case len(rows) == 0:
		return nil, fmt.Errorf("no rows")
	case s.Layout == Stream:
		return nil, fmt.Errorf("the model takes a text, not rows")
	}
	d := &Dataset{Name: "rows", Features: features(s.Columns), X: tensor.New(len(rows), len(features(s.Columns)))}
	s.describe(d)
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	for i, row := range rows {
		for name := range row {
			if !slices.Contains(names, name) && !slices.Contains(s.Target.AllNames(), name) {
				return nil, fmt.Errorf("row %d: unknown column %q; %s", i+1, spelling.Clip(name), spelling.Suggest(name, names))
			}
		}
		x := d.X.Row(i)
		for _, c := range s.Columns {
			v, ok := row[c.Name]
			if !ok {
				return nil, fmt.Errorf("row %d: no column %q, which the model needs (null stands for a missing value)", i+1, spelling.Clip(c.Name))
			}
			n, err := c.put(x, v)
			if err != nil {
				return nil, fmt.Errorf("row %d, column %q: %w", i+1, spelling.Clip(c.Name), err)
			}
			if v == nil {
				d.Missing++
			}
			x = x[n:]
		}
	}
	d, err := s.arrangeRows(d)
	if err != nil || s.Scaler == nil {
		return d, err
	}
	s.Scaler.Apply(d)
	for i := range d.X.Rows() {
		if d.IDs > 0 {
			break
		}
		for j, v := range d.X.Row(i) {
			if v-v != 0 {
				return nil, fmt.Errorf("row %d, column %q: the value does not fit a float%d once prepared", d.sourceRow(i)+1, spelling.Clip(d.Features[j]), tensor.FloatBits)
			}
		}
	}
	return d, nil
}

// put writes one value to the inputs that the column becomes, at the front of
// x, and returns their number.
func (c *Column) put(x []tensor.Float, value any) (int, error) {
	if c.Categories != nil {
		clear(x[:len(c.Categories)])
		text, ok := value.(string)
		switch i := slices.Index(c.Categories, text); {
		case value == nil:
		case !ok:
			return 0, fmt.Errorf("found %v, expected a text", value)
		case i < 0:
			return 0, fmt.Errorf("found %q, which the training data did not have; %s", spelling.Clip(text), spelling.Suggest(text, c.Categories))
		default:
			x[i] = 1
		}
		return len(c.Categories), nil
	}
	v, err := numberOf(value)
	x[0] = tensor.Float(v)
	if f := float64(x[0]); err == nil && value != nil && (math.IsNaN(f) || math.IsInf(f, 0)) {
		err = fmt.Errorf("found %v, expected a finite number in the range of float%d", value, tensor.FloatBits)
	}
	return 1, err
}

func numberOf(value any) (float64, error) {
	switch v := value.(type) {
	case nil:
		return math.NaN(), nil
	case float64:
		return v, nil
	case float32:
		return float64(v), nil
	case int:
		return float64(v), nil
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return 0, fmt.Errorf("found %s, expected a number in the range of float%d", spelling.Clip(v.String()), tensor.FloatBits)
		}
		return f, nil
	case string:
		return 0, fmt.Errorf("found the text %q, expected a number", spelling.Clip(v))
	}
	return 0, fmt.Errorf("found %T, expected a number", value)
}

// sourceRow returns the row of a request that row i of X was made of.
func (d *Dataset) sourceRow(i int) int {
	if d.Window > 0 {
		return i/d.Window + i%d.Window
	}
	return i
}
