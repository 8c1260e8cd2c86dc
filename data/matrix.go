package data

import (
	"fmt"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// LoadNPY reads a table from an .npy (or .npy.gz) file: a matrix whose columns
// are column_1, column_2, …, the last being the default target.
func LoadNPY(path string, opt Options) (*Dataset, *Schema, error) {
	a, err := openNPY(path)
	if err != nil {
		return nil, nil, err
	}
	if len(a.dims) != 2 {
		return nil, nil, fmt.Errorf("%s: shape %s, expected a matrix [rows, columns] with the target as a column; for inputs and targets apart use .npz", path, tensor.ShapeString(a.dims))
	}
	n, cols := a.dims[0], a.dims[1]
	if cols < 2 {
		return nil, nil, fmt.Errorf("%s: one column only: there is nothing to predict it from", path)
	}
	if cols > maxColumns {
		return nil, nil, fmt.Errorf("%s: %d columns, expected at most %d", path, cols, maxColumns)
	}
	names := columnNames(cols)
	target := cols - 1
	if opt.Target != "" {
		if target = slices.Index(names, opt.Target); target < 0 {
			return nil, nil, fmt.Errorf("%s: no column %q; %s", path, spelling.Clip(opt.Target), spelling.Suggest(opt.Target, names))
		}
	}
	d := &Dataset{Name: path, X: tensor.New(n, cols-1), Y: tensor.New(n), Targets: []string{names[target]}}
	d.Features = slices.Delete(names, target, target+1)
	for i := range n {
		row := a.data[i*cols : (i+1)*cols]
		copy(d.X.Row(i), row[:target])
		copy(d.X.Row(i)[target:], row[target+1:])
		d.Y.Data[i] = row[target]
	}
	if err := d.settle(numbers, nil, opt.Task); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, schemaOf(d, target), nil
}

// LoadNPZ reads the arrays X (or x) and Y (or y) from an .npz file: inputs [N, …],
// taken as [N, features], and targets [N] or [N, targets].
func LoadNPZ(path string, opt Options) (*Dataset, *Schema, error) {
	x, y, err := openNPZ(path, true)
	if err != nil {
		return nil, nil, err
	}
	d := &Dataset{Name: path, X: asMatrix(x)}
	d.Features = columnNames(d.X.Cols())
	if err := d.setTargets(y, opt); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, schemaOf(d, -1), nil
}

// setTargets makes Y of an array of numbers.
func (d *Dataset) setTargets(y *array, opt Options) error {
	if len(y.dims) == 0 || len(y.dims) > 2 || y.dims[0] != d.Len() {
		return fmt.Errorf("array Y has the shape %s, expected [%d] or [%d, targets] as X has %d rows", tensor.ShapeString(y.dims), d.Len(), d.Len(), d.Len())
	}
	if len(y.dims) == 2 && y.dims[1] > 1 {
		if opt.Task == AsClassification {
			return fmt.Errorf("array Y has the shape %s, expected [%d] class labels for a classification", tensor.ShapeString(y.dims), d.Len())
		}
		if opt.Target != "" {
			return fmt.Errorf("no target %q: Y has %d columns, and all are targets", spelling.Clip(opt.Target), y.dims[1])
		}
		d.Task, d.Y = Regression, tensor.From(y.data, y.dims...)
		for i := range y.dims[1] {
			d.Targets = append(d.Targets, fmt.Sprintf("y_%d", i+1))
		}
		return nil
	}
	if opt.Target != "" && opt.Target != "y" {
		return fmt.Errorf("no target %q: it is called \"y\"", spelling.Clip(opt.Target))
	}
	d.Y, d.Targets = tensor.From(y.data, d.Len()), []string{"y"}
	return d.settle(numbers, nil, opt.Task)
}

func columnNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("column_%d", i+1)
	}
	return names
}

// asMatrix keeps the first dimension and joins the others.
func asMatrix(a *array) *tensor.Tensor {
	return tensor.From(a.data, a.dims[0], len(a.data)/a.dims[0])
}

func openNPY(path string) (*array, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := readNPY(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}
