package data

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

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
			return nil, nil, fmt.Errorf("%s: no column %q; %s", path, clip(opt.Target), suggest(opt.Target, names))
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
		return fmt.Errorf("Y has the shape %s, expected [%d] or [%d, targets] as X has %d rows", tensor.ShapeString(y.dims), d.Len(), d.Len(), d.Len())
	}
	if len(y.dims) == 2 && y.dims[1] > 1 {
		if opt.Task == AsClassification {
			return fmt.Errorf("Y has the shape %s, expected [%d] class labels for a classification", tensor.ShapeString(y.dims), d.Len())
		}
		if opt.Target != "" {
			return fmt.Errorf("no target %q: Y has %d columns, and all are targets", clip(opt.Target), y.dims[1])
		}
		d.Task, d.Y = Regression, tensor.From(y.data, y.dims...)
		for i := range y.dims[1] {
			d.Targets = append(d.Targets, fmt.Sprintf("y_%d", i+1))
		}
		return nil
	}
	if opt.Target != "" && opt.Target != "y" {
		return fmt.Errorf("no target %q: it is called \"y\"", clip(opt.Target))
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

// openNPZ reads X, and Y when it is wanted, from a zip file of arrays.
func openNPZ(path string, labelled bool) (x, y *array, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	if x, err = pick(&z.Reader, "X"); err == nil && labelled {
		y, err = pick(&z.Reader, "Y")
	}
	if err == nil && len(x.dims) < 2 {
		err = fmt.Errorf("X has the shape %s, expected [rows, features]", tensor.ShapeString(x.dims))
	}
	if err == nil && len(x.data)/x.dims[0] > maxColumns {
		err = fmt.Errorf("X has the shape %s, expected at most %d features", tensor.ShapeString(x.dims), maxColumns)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, y, nil
}

// pick reads the one array of that name, in either case.
func pick(z *zip.Reader, name string) (*array, error) {
	var found *zip.File
	var names []string
	for _, f := range z.File {
		known := strings.TrimSuffix(f.Name, ".npy")
		names = append(names, known)
		if strings.EqualFold(known, name) {
			if found != nil {
				return nil, fmt.Errorf("the array %s is there twice", name)
			}
			found = f
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no array %s; %s", name, suggest(name, names))
	}
	r, err := found.Open()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	defer r.Close()
	bounded := &expansion{r: r, packed: int64(min(found.CompressedSize64, math.MaxInt64/maxExpansion))}
	a, err := readNPY(bounded)
	if errors.Is(err, zip.ErrChecksum) {
		err = errors.New("the file is damaged: wrong checksum")
	}
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return a, nil
}

// expansion stops at packed data that expand without bound.
type expansion struct {
	r           io.Reader
	packed, out int64
}

func (e *expansion) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.out += int64(n)
	if e.out > freeUnpacked && e.out > maxExpansion*e.packed {
		return 0, fmt.Errorf("expands to more than %d times its size: refused", maxExpansion)
	}
	return n, err
}

// readArrays is Schema.read for files of numbers without names, whose columns
// must be those of the schema in its order.
func (s *Schema) readArrays(path string, labelled bool) (*Dataset, error) {
	d := &Dataset{Name: path, Features: features(s.Columns)}
	s.describe(d)
	for _, c := range s.Columns {
		if c.Categories != nil {
			return nil, fmt.Errorf("%s: the model needs column %q as text, expected a .csv file", path, clip(c.Name))
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
			return nil, nil, fmt.Errorf("%s: %d columns, expected %d and the target %q", path, cols, len(s.Columns), clip(s.Target.Name))
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
	targets := len(s.Target.names())
	if y.dims[0] != d.Len() || len(y.data) != d.Len()*targets {
		return fmt.Errorf("Y has the shape %s, expected %d rows of %d", tensor.ShapeString(y.dims), d.Len(), targets)
	}
	if d.Task == Regression {
		d.Y = tensor.From(y.data, d.Len(), targets)
		return nil
	}
	index := make(map[string]int, len(d.Classes))
	for i, name := range d.Classes {
		index[name] = i
	}
	d.Y = tensor.From(y.data, d.Len())
	for i, v := range d.Y.Data {
		class, ok := index[formatNumber(float64(v))]
		if !ok {
			return fmt.Errorf("row %d has the label %v, which the training data did not have; %s", i+1, v, suggest(formatNumber(float64(v)), d.Classes))
		}
		d.Y.Data[i] = tensor.Float(class)
	}
	return nil
}
