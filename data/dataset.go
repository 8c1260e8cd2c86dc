package data

import "github.com/ebb-ml/ebb/tensor"

// Task is what a data set asks of a network.
type Task int

const (
	Regression     Task = iota // Y is [N, targets]
	Classification             // Y is [N], class indices from 0
)

// Dataset is a set of examples in memory.
type Dataset struct {
	Name     string
	X        *tensor.Tensor // [N, features]
	Y        *tensor.Tensor // [N, targets], or [N] of class indices
	Task     Task
	Features []string // names of the features, len = X.Cols()
	Targets  []string // names of the targets: one for a classification
	Classes  []string // names of the classes, nil for a regression
}

// Len returns the number of examples.
func (d *Dataset) Len() int {
	if d.X == nil || d.X.Rank() == 0 {
		return 0
	}
	return d.X.Dim(0)
}
