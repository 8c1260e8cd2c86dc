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

// Dataset is a set of examples in memory.
//
// A reader leaves a missing number in X as NaN, and only a missing number: a
// value that is not finite is refused when it is read. [Scaler.Apply] fills
// the gaps, so a data set must go through a scaler before it trains a network.
// A missing text is a row of zeros in its one-hot columns.
type Dataset struct {
	Name     string
	X        *tensor.Tensor // [N, features]
	Y        *tensor.Tensor // [N, targets], or [N] of class indices; nil when the targets are unknown
	Task     Task
	Features []string // names of the features, len = X.Cols()
	Targets  []string // names of the targets: one for a classification
	Classes  []string // names of the classes, nil for a regression
	Missing  int      // input cells that had no value
	Dropped  int      // rows that were left out because their target had no value
}

// Len returns the number of examples.
func (d *Dataset) Len() int {
	if d.X == nil || d.X.Rank() == 0 {
		return 0
	}
	return d.X.Dim(0)
}

// Select returns a copy of d that has the given rows, in that order. Missing
// counts the numbers that are missing in those rows.
func (d *Dataset) Select(rows []int) *Dataset {
	s := *d
	s.Dropped, s.Missing = 0, 0
	s.X = gather(d.X, rows)
	if d.Y != nil {
		s.Y = gather(d.Y, rows)
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
