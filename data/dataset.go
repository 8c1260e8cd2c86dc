package data

import "github.com/ebb-ml/ebb/tensor"

// Task is what a data set asks of a network.
type Task int

const (
	Regression     Task = iota // Y is [N, targets]
	Classification             // Y is [N], class indices from 0
)

// String returns "regression" or "classification".
func (t Task) String() string {
	if t == Classification {
		return "classification"
	}
	return "regression"
}

// Dataset is a set of examples in memory: rows of a table, sequences, or one
// long stream; see [Layout].
//
// Layout says the shapes. They are for keeping: a network gets sequences
// time-major, [T, B, features], from a [Batcher] or [Dataset.Batch].
//
// A reader leaves a missing number in X as NaN, and only a missing number: a
// value that is not finite is refused when it is read. [Scaler.Apply] fills
// the gaps, so a data set must go through a scaler before it trains a network.
// A missing text is a row of zeros in its one-hot columns.
type Dataset struct {
	Name     string
	X        *tensor.Tensor // [N, features], or as Layout says
	Y        *tensor.Tensor // [N, targets], or [N] of class indices, or as Layout says; nil when the targets are unknown
	Task     Task
	Layout   Layout
	Lengths  []int    // Sequences: the steps that each has, 1..T, what is behind them is padding; nil when all have T
	PerStep  bool     // Sequences: Y has a target for each step; a stream always has
	Window   int      // windows over a series, in the order of time: the past steps in each; 0 for anything else
	IDs      int      // X holds ids 0..IDs-1 in place of numbers; 0 when it holds numbers
	Features []string // names of the features, len = X.Cols(); one name where X holds ids
	Targets  []string // names of the targets: one for a classification
	Classes  []string // names of the classes, nil for a regression
	Missing  int      // input cells that had no value
	Dropped  int      // rows that were left out because their target had no value
}

// Len returns the number of examples: rows, sequences, or the steps of a stream.
func (d *Dataset) Len() int {
	if d.X == nil || d.X.Rank() == 0 {
		return 0
	}
	return d.X.Dim(0)
}

// Steps returns the steps of the longest sequence, T; the length of a stream; and
// 0 for rows.
func (d *Dataset) Steps() int {
	switch d.Layout {
	case Sequences:
		return d.X.Dim(1)
	case Stream:
		return d.Len()
	}
	return 0
}

// padding reports whether a row of X is behind the end of its sequence.
func (d *Dataset) padding(row int) bool {
	if d.Lengths == nil {
		return false
	}
	steps := d.X.Dim(1)
	return row%steps >= d.Lengths[row/steps]
}

// Select returns a copy of d that has the given rows (or sequences), in that order. Missing
// counts the numbers that are missing in those rows.
func (d *Dataset) Select(rows []int) *Dataset {
	s := *d
	s.Dropped, s.Missing = 0, 0
	s.X = gather(d.X, rows)
	if d.Y != nil {
		s.Y = gather(d.Y, rows)
	}
	if d.Lengths != nil {
		s.Lengths = make([]int, len(rows))
		for i, r := range rows {
			s.Lengths[i] = d.Lengths[r]
		}
	}
	for _, v := range s.X.Data {
		if v != v {
			s.Missing++
		}
	}
	return &s
}

// gather copies the given entries of the first dimension of t.
func gather(t *tensor.Tensor, rows []int) *tensor.Tensor {
	out := tensor.New(withLen(t, len(rows))...)
	size := entrySize(t)
	for i, r := range rows {
		copy(out.Data[i*size:(i+1)*size], t.Data[r*size:(r+1)*size])
	}
	return out
}

// withLen returns the shape of t with n as its first dimension.
func withLen(t *tensor.Tensor, n int) []int {
	dims := append([]int(nil), t.Shape()...)
	dims[0] = n
	return dims
}

// entrySize returns the number of elements of one entry of the first dimension.
func entrySize(t *tensor.Tensor) int {
	size := 1
	for _, d := range t.Shape()[1:] {
		size *= d
	}
	return size
}
