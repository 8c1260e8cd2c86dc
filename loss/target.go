package loss

import (
	"fmt"
	"slices"

	"github.com/ebb-ml/ebb/tensor"
)

// The forms in which a target can stand beside predictions of shape [..., C],
// which are a matrix of rows by C columns.
type form int

const (
	elements form = iota // one number for each prediction
	classes              // one class index from 0..C-1 for each row
	unfit
)

// matrix returns the rows and columns of a shape, as tensor.Rows and Cols do.
func matrix(shape []int) (rows, cols int) {
	rows, cols = 1, 1
	for i, d := range shape {
		if i == len(shape)-1 {
			cols = d
		} else {
			rows *= d
		}
	}
	return rows, cols
}

// formOf tells the form of a target of an element-wise loss: of as many
// elements as the predictions, or of class indices that stand for a one-hot row
// each. With one column both would be the same number of elements; it is then
// the number to predict, so that a single unit can be trained on the classes 0
// and 1.
func formOf(pred []int, target *tensor.Tensor) form {
	rows, cols := matrix(pred)
	switch {
	case target.Len() == rows*cols:
		return elements
	case cols > 1 && target.Len() == rows:
		return classes
	}
	return unfit
}

// choiceFormOf tells the form of a target of [CrossEntropy]. One column with an
// index for each row is told from one with a probability by the shape.
func choiceFormOf(pred []int, target *tensor.Tensor) form {
	rows, _ := matrix(pred)
	switch {
	case slices.Equal(pred, target.Shape()):
		return elements
	case target.Len() == rows:
		return classes
	}
	return unfit
}

func panicShapes(name string, pred, target *tensor.Tensor) {
	panic(fmt.Sprintf("loss: %s has predictions of shape %s and targets of shape %s, which do not go together",
		name, pred.ShapeString(), target.ShapeString()))
}

func checkGradient(name string, dpred, pred *tensor.Tensor) {
	if dpred.Len() != pred.Len() {
		panic(fmt.Sprintf("loss: %s has predictions of shape %s and room for a gradient of shape %s",
			name, pred.ShapeString(), dpred.ShapeString()))
	}
}

// class returns v as a class index below n; ok is false if it is none.
func class(v tensor.Float, n int) (c int, ok bool) {
	c = int(v)
	return c, tensor.Float(c) == v && c >= 0 && c < n
}

// mustClass panics for a target that [Check] would have refused.
func mustClass(name string, v tensor.Float, n int) int {
	c, ok := class(v, n)
	if !ok {
		panic(fmt.Sprintf("loss: %s has %d classes and the target %v, which is not an index from 0 to %d", name, n, v, n-1))
	}
	return c
}
