package data

import (
	"archive/zip"
	"errors"
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

const maxIDs = 1 << 24 // float32 holds whole numbers exactly up to here

// LoadSequences reads sequences from an .npz file: the array X (or x), [N, T,
// features] of numbers or [N, T] of ids from 0; Y (or y), [N] or [N, targets], or
// for each step [N, T] or [N, T, targets]; and, where they differ, lengths, [N]:
// the steps that each sequence has, with padding behind them. A Y of [N, T] is
// always one target for each step. How targets are taken is up to [Options.Task].
func LoadSequences(path string, opt Options) (*Dataset, *Schema, error) {
	x, y, lengths, err := openSequences(path, true)
	if err != nil {
		return nil, nil, err
	}
	d := &Dataset{Name: path}
	if err = d.setSequences(x, lengths); err == nil {
		err = d.setSequenceTargets(y, opt)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, schemaOf(d, -1), nil
}

// openSequences reads X, Y when it is wanted, and lengths when they are there.
func openSequences(path string, labelled bool) (x, y, lengths *array, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	x, err = pick(&z.Reader, "X")
	if err == nil && labelled {
		y, err = pick(&z.Reader, "Y")
	}
	for _, f := range z.File {
		if err == nil && strings.EqualFold(strings.TrimSuffix(f.Name, ".npy"), "lengths") {
			lengths, err = pick(&z.Reader, "lengths")
			break
		}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return x, y, lengths, err
}

// setSequences makes X and Lengths of arrays.
func (d *Dataset) setSequences(x, lengths *array) error {
	d.Layout = Sequences
	switch len(x.dims) {
	case 2:
		most := tensor.Float(0)
		for i, v := range x.data {
			if v < 0 || v >= maxIDs || v != tensor.Float(int(v)) {
				return fmt.Errorf("array X has the shape %s, and element %d is %v: expected ids, whole numbers from 0 (numbers have the shape [N, T, features])", tensor.ShapeString(x.dims), i, v)
			}
			most = max(most, v)
		}
		d.IDs, d.Features = int(most)+1, []string{"id"}
	case 3:
		if x.dims[2] > maxColumns {
			return fmt.Errorf("array X has the shape %s, expected at most %d features", tensor.ShapeString(x.dims), maxColumns)
		}
		d.Features = columnNames(x.dims[2])
	default:
		return fmt.Errorf("array X has the shape %s, expected sequences [N, T, features] or [N, T] of ids", tensor.ShapeString(x.dims))
	}
	d.X = tensor.From(x.data, x.dims...)
	if lengths == nil {
		return nil
	}
	if len(lengths.dims) != 1 || lengths.dims[0] != d.Len() {
		return fmt.Errorf("array lengths has the shape %s, expected [%d]", tensor.ShapeString(lengths.dims), d.Len())
	}
	d.Lengths = make([]int, d.Len())
	for i, v := range lengths.data {
		if n := int(v); v != tensor.Float(n) || n < 1 || n > d.Steps() {
			return fmt.Errorf("array lengths: sequence %d has %v steps, expected 1 to %d", i, v, d.Steps())
		}
		d.Lengths[i] = int(v)
	}
	return nil
}

var errStepsOfLengths = errors.New("array Y has a target for each step, and sequences differ in length: that can't be trained on, expected one length")

// setSequenceTargets makes Y of an array.
func (d *Dataset) setSequenceTargets(y *array, opt Options) error {
	n, steps := d.Len(), d.Steps()
	dims := y.dims
	d.PerStep = len(dims) == 3 || len(dims) == 2 && dims[1] == steps && steps > 1
	switch {
	case len(dims) == 0 || len(dims) > 3 || dims[0] != n || len(dims) == 3 && dims[1] != steps:
		return fmt.Errorf("array Y has the shape %s, and X %s: expected [%d] or [%d, targets], or for each step [%d, %d] or [%d, %d, targets]",
			tensor.ShapeString(dims), d.X.ShapeString(), n, n, n, steps, n, steps)
	case d.PerStep && d.Lengths != nil:
		return errStepsOfLengths
	}
	given := 1 // dimensions that are not targets
	if d.PerStep {
		given = 2
	}
	targets := 1
	if len(dims) > given {
		targets = dims[given]
	}
	if targets > 1 {
		if opt.Task == AsClassification {
			return fmt.Errorf("array Y has the shape %s, expected class labels for a classification", tensor.ShapeString(dims))
		}
		d.Task, d.Y = Regression, tensor.From(y.data, dims...)
		for i := range targets {
			d.Targets = append(d.Targets, fmt.Sprintf("y_%d", i+1))
		}
		return nil
	}
	if opt.Target != "" && opt.Target != "y" {
		return fmt.Errorf("no target %q: it is called \"y\"", spelling.Clip(opt.Target))
	}
	d.Y, d.Targets = tensor.From(y.data, dims[:given]...), []string{"y"}
	return d.settle(numbers, nil, opt.Task)
}
