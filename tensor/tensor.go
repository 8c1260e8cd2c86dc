package tensor

import (
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/internal/kernel"
)

// Float is the element type: float32, or float64 under the build tag float64.
type Float = kernel.Float

// FloatBits is the size of Float in bits: 32, or 64 under the build tag float64.
const FloatBits = kernel.FloatBits

// MaxRank is the largest number of dimensions of a Tensor.
const MaxRank = 5

// Tensor is a dense row-major array. Data has exactly as many elements as the
// shape says; it may be shared with other tensors (see [Tensor.Row] and
// [Arena.View]).
type Tensor struct {
	Data []Float
	dims [MaxRank]int
	rank int
}

// New returns a tensor of zeros. It panics when a dimension is negative or the
// rank is above MaxRank.
func New(dims ...int) *Tensor {
	t := &Tensor{}
	t.Data = make([]Float, t.setShape(dims))
	return t
}

// From returns a tensor over data, which is used, not copied. It panics when
// the shape does not hold len(data) elements.
func From(data []Float, dims ...int) *Tensor {
	t := &Tensor{}
	if n := t.setShape(dims); n != len(data) {
		panic(fmt.Sprintf("tensor.From: shape %s holds %d elements, got %d", t.ShapeString(), n, len(data)))
	}
	t.Data = data
	return t
}

// setShape sets the shape and returns the number of elements it holds.
func (t *Tensor) setShape(dims []int) int {
	if len(dims) > MaxRank {
		panic("tensor: rank above MaxRank")
	}
	t.rank = copy(t.dims[:], dims)
	n := 1
	for _, d := range t.dims[:t.rank] {
		if d < 0 {
			panic("tensor: negative dimension")
		}
		n *= d
	}
	return n
}

// Shape returns the dimensions. The slice must not be changed.
func (t *Tensor) Shape() []int { return t.dims[:t.rank] }

// Rank returns the number of dimensions; a scalar has none.
func (t *Tensor) Rank() int { return t.rank }

// Dim returns dimension i; negative i counts from the end.
func (t *Tensor) Dim(i int) int {
	if i < 0 {
		i += t.rank
	}
	return t.dims[:t.rank][i]
}

// Len returns the number of elements.
func (t *Tensor) Len() int { return len(t.Data) }

// Cols returns the last dimension, the number of features; 1 for a scalar.
func (t *Tensor) Cols() int {
	if t.rank == 0 {
		return 1
	}
	return t.dims[t.rank-1]
}

// Rows returns the product of all dimensions but the last.
func (t *Tensor) Rows() int {
	n := 1
	for _, d := range t.dims[:max(t.rank-1, 0)] {
		n *= d
	}
	return n
}

// Row returns row i of the tensor seen as a matrix of Rows by Cols, sharing its
// elements.
func (t *Tensor) Row(i int) []Float {
	c := t.Cols()
	return t.Data[i*c : (i+1)*c : (i+1)*c]
}

// SameShape reports whether both tensors have the same dimensions.
func (t *Tensor) SameShape(o *Tensor) bool {
	if t.rank != o.rank {
		return false
	}
	for i := range t.rank {
		if t.dims[i] != o.dims[i] {
			return false
		}
	}
	return true
}

// Clone returns a copy that shares nothing.
func (t *Tensor) Clone() *Tensor {
	c := *t
	c.Data = append([]Float(nil), t.Data...)
	return &c
}

// CopyFrom copies the elements of o, which must be of the same number.
func (t *Tensor) CopyFrom(o *Tensor) {
	if len(t.Data) != len(o.Data) {
		panic("tensor.CopyFrom: shape " + t.ShapeString() + " from " + o.ShapeString())
	}
	copy(t.Data, o.Data)
}

// Fill sets every element to v.
func (t *Tensor) Fill(v Float) {
	for i := range t.Data {
		t.Data[i] = v
	}
}

// ShapeString returns the shape as in [64, 10].
func (t *Tensor) ShapeString() string { return ShapeString(t.Shape()) }

// ShapeString returns dims as in [64, 10].
func ShapeString(dims []int) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range dims {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, d)
	}
	b.WriteByte(']')
	return b.String()
}
