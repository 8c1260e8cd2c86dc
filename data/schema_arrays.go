package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// readArrays is Schema.read for files of numbers without names, whose columns
// must be those of the schema in its order.
func (s *Schema) readArrays(path string, labelled bool) (*Dataset, error) {
	d := &Dataset{Name: path, Features: features(s.Columns)}
	s.describe(d)
	for _, c := range s.Columns {
		if c.Categories != nil {
			return nil, fmt.Errorf("%s: the model needs column %q as text, expected a .csv file", path, spelling.Clip(c.Name))
		}
	}
	var x, y *array
	var err error
	switch f := formatOf(path); {
	case f == formatNPY:
		x, err = openNPY(path)
		if err == nil && len(x.dims) < 2 {
			err = fmt.Errorf("%s: shape %s, expected [rows, features]", path, tensor.ShapeString(x.dims))
		}
		if err == nil {
			x, y, err = s.cutTarget(path, x, labelled)
		}
	case f == formatNPZ:
		x, y, err = openNPZ(path, labelled)
	case f == formatIDX && !labelled:
		x, err = openImages(path)
	case f == formatIDX:
		err = fmt.Errorf("%s: an IDX file has images or labels alone: their targets need both", path)
	default:
		err = fmt.Errorf("%s: unknown kind of file, expected .csv, .npy, .npz or IDX images", path)
	}
	if err != nil {
		return nil, err
	}
	d.X = asMatrix(x)
	if d.X.Cols() != len(d.Features) {
		return nil, fmt.Errorf("%s: %d features, and the model was trained on %d", path, d.X.Cols(), len(d.Features))
	}
	if y != nil {
		if err := s.setLabels(d, y); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return d, nil
}

// cutTarget takes the target column out of a matrix that has one.
func (s *Schema) cutTarget(path string, a *array, labelled bool) (x, y *array, err error) {
	cols := len(a.data) / a.dims[0]
	at := s.Target.Position
	if cols != len(s.Columns)+1 || at < 0 || at >= cols {
		if labelled {
			return nil, nil, fmt.Errorf("%s: %d columns, expected %d and the target %q", path, cols, len(s.Columns), spelling.Clip(s.Target.Name))
		}
		return a, nil, nil
	}
	n := a.dims[0]
	x = &array{dims: []int{n, cols - 1}, data: make([]tensor.Float, 0, n*(cols-1))}
	y = &array{dims: []int{n}}
	for i := range n {
		row := a.data[i*cols : (i+1)*cols]
		x.data = append(append(x.data, row[:at]...), row[at+1:]...)
		y.data = append(y.data, row[at])
	}
	if !labelled {
		y = nil
	}
	return x, y, nil
}

// setLabels gives d the targets of a new file: class labels become the indices
// they had in training.
func (s *Schema) setLabels(d *Dataset, y *array) error {
	targets := len(s.Target.AllNames())
	if y.dims[0] != d.Len() || len(y.data) != d.Len()*targets {
		return fmt.Errorf("array Y has the shape %s, expected %d rows of %d", tensor.ShapeString(y.dims), d.Len(), targets)
	}
	if d.Task == Regression {
		d.Y = tensor.From(y.data, d.Len(), targets)
		return nil
	}
	d.Y = tensor.From(y.data, d.Len())
	return d.indexLabels()
}

// indexLabels turns the class labels in Y into the indices they had in training.
func (d *Dataset) indexLabels() error {
	index := make(map[string]int, len(d.Classes))
	for i, name := range d.Classes {
		index[name] = i
	}
	for i, v := range d.Y.Data {
		class, ok := index[formatNumber(float64(v))]
		if !ok {
			return fmt.Errorf("row %d has the label %v, which the training data did not have; %s", i*d.Len()/d.Y.Len()+1, v, spelling.Suggest(formatNumber(float64(v)), d.Classes))
		}
		d.Y.Data[i] = tensor.Float(class)
	}
	return nil
}
