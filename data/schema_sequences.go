package data

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// readSequences is Schema.read for models of sequences. Windows come from a
// series, .csv or .npy of [steps] or [steps, columns]; sequences as they are from
// an .npy array, [N, T, features] or [N, T] of ids, or from .npz, see
// [LoadSequences].
func (s *Schema) readSequences(path string, labelled bool) (*Dataset, error) {
	f := formatOf(path)
	switch {
	case s.Window > 0 && (f == formatCSV || f == formatText):
		series, err := s.readSeries(path)
		if err != nil {
			return nil, err
		}
		return series.windows(s.Window, labelled)
	case f == formatNPY:
		a, err := openNPY(path)
		if err != nil {
			return nil, err
		}
		if s.Window > 0 && len(a.dims) <= 2 {
			series, err := s.seriesOf(path, a)
			if err != nil {
				return nil, err
			}
			return series.windows(s.Window, labelled)
		}
		if labelled {
			return nil, fmt.Errorf("%s: an array has sequences alone: their targets need an .npz file with X and Y", path)
		}
		return s.sequences(path, a, nil, nil)
	case f == formatNPZ:
		x, y, lengths, err := openSequences(path, labelled)
		if err != nil {
			return nil, err
		}
		return s.sequences(path, x, y, lengths)
	case s.Window > 0:
		return nil, fmt.Errorf("%s: expected a series in a .csv or .npy file, or sequences in .npy or .npz", path)
	}
	return nil, fmt.Errorf("%s: the model takes sequences, expected an .npy array %s, or an .npz file with X and Y", path, s.sequenceShape())
}

func (s *Schema) sequenceShape() string {
	if s.IDs > 0 {
		return "[N, T] of ids"
	}
	return fmt.Sprintf("[N, T, %d]", len(s.Columns))
}

// sequences makes a data set of arrays that have what the schema says.
func (s *Schema) sequences(path string, x, y, lengths *array) (*Dataset, error) {
	if rank := len(x.dims); s.IDs > 0 && rank != 2 || s.IDs == 0 && (rank != 3 || x.dims[2] != len(s.Columns)) {
		return nil, fmt.Errorf("%s: array X has the shape %s, and the model takes sequences %s", path, tensor.ShapeString(x.dims), s.sequenceShape())
	}
	d := &Dataset{Name: path}
	if err := d.setSequences(x, lengths); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.describe(d)
	d.Features, d.PerStep, d.Window = features(s.Columns), s.PerStep, 0
	if d.IDs > s.IDs {
		return nil, fmt.Errorf("%s: array X has the id %d, and the model knows ids from 0 to %d", path, d.IDs-1, s.IDs-1)
	}
	d.IDs = s.IDs
	if y == nil {
		return d, nil
	}
	if err := s.setSequenceLabels(d, y); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// setSequenceLabels gives d the targets of a new file.
func (s *Schema) setSequenceLabels(d *Dataset, y *array) error {
	if d.PerStep && d.Lengths != nil {
		return errStepsOfLengths
	}
	want := []int{d.Len()}
	if d.PerStep {
		want = append(want, d.Steps())
	}
	targets := len(s.Target.AllNames())
	full := append(slices.Clone(want), targets)
	if !slices.Equal(y.dims, full) && !(targets == 1 && slices.Equal(y.dims, want)) {
		return fmt.Errorf("array Y has the shape %s, expected %s", tensor.ShapeString(y.dims), tensor.ShapeString(full))
	}
	if d.Task == Regression {
		d.Y = tensor.From(y.data, full...)
		return nil
	}
	d.Y = tensor.From(y.data, want...)
	return d.indexLabels()
}

// readSeries reads the columns of the schema, in its order.
func (s *Schema) readSeries(path string) (*Series, error) {
	t, err := s.readTable(path, false)
	if err != nil {
		return nil, err
	}
	d := t.assemble(s.Columns)
	return s.series(d.Name, d.X), nil
}

// series makes a series of values in the columns of the schema.
func (s *Schema) series(name string, values *tensor.Tensor) *Series {
	columns := features(s.Columns)
	return &Series{Name: name, Columns: columns, Values: values, Target: slices.Index(columns, s.Target.Name)}
}

// seriesOf takes the columns of the schema from an array: all, in its order, or
// those at the places that they had in the array that was trained on.
func (s *Schema) seriesOf(path string, a *array) (*Series, error) {
	all, err := seriesOf(path, a)
	if err != nil {
		return nil, err
	}
	if len(all.Columns) == len(s.Columns) {
		return s.series(path, all.Values), nil
	}
	values := tensor.New(all.Values.Dim(0), len(s.Columns))
	for j, c := range s.Columns {
		from := slices.Index(all.Columns, c.Name)
		if from < 0 {
			return nil, fmt.Errorf("%s: %d columns, expected the %d of the model; none is %q", path, len(all.Columns), len(s.Columns), spelling.Clip(c.Name))
		}
		for i := range values.Dim(0) {
			values.Row(i)[j] = all.Values.Row(i)[from]
		}
	}
	return s.series(path, values), nil
}

// arrangeRows makes of the rows of a request what the model takes: windows over
// them, or the steps of one sequence.
func (s *Schema) arrangeRows(d *Dataset) (*Dataset, error) {
	switch {
	case s.Window > 0:
		return s.series(d.Name, d.X).windows(s.Window, false)
	case s.Layout == Sequences && s.IDs > 0:
		a := &array{dims: []int{1, d.Len()}, data: d.X.Data}
		return s.sequences(d.Name, a, nil, nil)
	case s.Layout == Sequences:
		a := &array{dims: []int{1, d.Len(), d.X.Cols()}, data: d.X.Data}
		return s.sequences(d.Name, a, nil, nil)
	}
	return d, nil
}

// checkLayout is Check for what is not rows.
func (s *Schema) checkLayout() error {
	if s.Layout < Rows || s.Layout > Stream {
		return fmt.Errorf("schema: %s", s.Layout)
	}
	for _, n := range []int{s.Steps, s.Window, s.IDs} {
		if n < 0 || n > maxIDs {
			return fmt.Errorf("schema: steps %d, window %d, ids %d: out of range", s.Steps, s.Window, s.IDs)
		}
	}
	for _, c := range s.Columns {
		if s.Layout != Rows && c.Categories != nil {
			return fmt.Errorf("schema: column %q of %s has categories", spelling.Clip(c.Name), s.Layout)
		}
	}
	switch {
	case s.Window > 0 && (s.Layout != Sequences || s.Target.Task != Regression || s.IDs > 0 || s.PerStep):
		return errors.New("schema: a window, but no series of numbers")
	case s.Window > 0 && s.Steps != s.Window:
		return fmt.Errorf("schema: a window of %d and sequences of %d steps", s.Window, s.Steps)
	case s.Window > 0 && !slices.Contains(features(s.Columns), s.Target.Name):
		return fmt.Errorf("schema: the target %q of a window is not a column of the series", spelling.Clip(s.Target.Name))
	case s.Layout == Rows && (s.IDs > 0 || s.PerStep):
		return errors.New("schema: rows with ids or targets for each step")
	case s.IDs > 0 && len(s.Columns) != 1:
		return fmt.Errorf("schema: %d columns of ids, expected 1", len(s.Columns))
	case s.Layout == Stream && (s.Target.Task != Classification || s.IDs != len(s.Target.Classes)):
		return fmt.Errorf("schema: a text of %d characters with %d classes", s.IDs, len(s.Target.Classes))
	case s.Layout == Stream:
		_, err := s.Vocabulary()
		return err
	}
	return nil
}
