package modelfile

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/tensor"
)

// Tensor is one tensor of a file: its elements are the little-endian bytes of
// Data, row-major.
type Tensor struct {
	Name  string
	DType DType
	Shape []int // empty for a scalar
	Data  []byte
}

// Floats returns the tensor that holds data, written as d: F32, or F64, or
// [Exact] to get the same bits back. It panics when shape and data don't fit.
func Floats(name string, d DType, shape []int, data []tensor.Float) Tensor {
	if n := product(shape); n != len(data) {
		panic(fmt.Sprintf("modelfile.Floats: %q has shape %s but %d elements", name, tensor.ShapeString(shape), len(data)))
	}
	return Tensor{Name: name, DType: d, Shape: shape, Data: d.encode(data)}
}

// Bytes returns the tensor of raw bytes, such as the state of a random source.
func Bytes(name string, data []byte) Tensor {
	return Tensor{Name: name, DType: U8, Shape: []int{len(data)}, Data: data}
}

// Ints returns the tensor of integers, such as counters.
func Ints(name string, v ...int64) Tensor {
	b := make([]byte, 0, 8*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, uint64(x))
	}
	return Tensor{Name: name, DType: I64, Shape: []int{len(v)}, Data: b}
}

// Len returns the number of elements.
func (t *Tensor) Len() int { return product(t.Shape) }

// Floats returns the elements as numbers; a value that Float can't hold is
// rounded.
func (t *Tensor) Floats() []tensor.Float {
	f := make([]tensor.Float, t.Len())
	t.DType.decode(f, t.Data)
	return f
}

// Ints returns the elements of an I64 tensor, and an error for any other.
func (t *Tensor) Ints() ([]int64, error) {
	if t.DType != I64 {
		return nil, fmt.Errorf("tensor %q has dtype %s, want I64", t.Name, t.DType)
	}
	v := make([]int64, t.Len())
	for i := range v {
		v[i] = int64(binary.LittleEndian.Uint64(t.Data[8*i:]))
	}
	return v, nil
}

// File is what a file holds. The tensors are in the order of their data.
type File struct {
	Metadata map[string]string // nil if there is none
	Tensors  []Tensor
}

// Tensor returns the tensor of that name, nil if there is none.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// Sub returns the tensors whose names begin with prefix, without it, and the
// same metadata: a checkpoint keeps weights and optimizer state under prefixes.
func (f *File) Sub(prefix string) *File {
	s := &File{Metadata: f.Metadata}
	for _, t := range f.Tensors {
		if rest, ok := strings.CutPrefix(t.Name, prefix); ok {
			t.Name = rest
			s.Tensors = append(s.Tensors, t)
		}
	}
	return s
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
