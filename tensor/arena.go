package tensor

import "unsafe"

// Arena hands out tensors from blocks of memory that it keeps. A training step
// takes all its intermediate results from one arena and starts over with
// [Arena.Reset]: after the first step of each size nothing is allocated.
//
// The zero Arena is ready for use. An arena is for one goroutine.
type Arena struct {
	blocks [][]Float // every block is aligned to a cache line
	block  int       // the block in use
	used   int       // elements used of it

	heads [][]Tensor // slabs of tensor headers, never moved
	head  int        // headers in use
}

const (
	minBlock  = 1 << 14              // elements of the smallest block
	slab      = 64                   // headers allocated at a time
	lineElems = 64 / (FloatBits / 8) // elements of a cache line
)

// Reset takes back everything that was handed out. Tensors from before the
// reset must no longer be used.
func (a *Arena) Reset() { a.block, a.used, a.head = 0, 0, 0 }

// New returns a tensor of the given shape whose contents are unspecified. It is
// valid until Reset.
func (a *Arena) New(dims ...int) *Tensor {
	t := a.header()
	t.Data = a.Floats(t.setShape(dims))
	return t
}

// Zeros returns a tensor of zeros that is valid until Reset.
func (a *Arena) Zeros(dims ...int) *Tensor {
	t := a.New(dims...)
	clear(t.Data)
	return t
}

// Like returns a tensor of the shape of o whose contents are unspecified.
func (a *Arena) Like(o *Tensor) *Tensor { return a.New(o.Shape()...) }

// View returns a tensor of the given shape over data, shared and not copied.
// The header is valid until Reset.
func (a *Arena) View(data []Float, dims ...int) *Tensor {
	t := a.header()
	if n := t.setShape(dims); n != len(data) {
		panic("tensor.Arena.View: shape " + t.ShapeString() + " does not fit the data")
	}
	t.Data = data
	return t
}

// Floats returns n elements of unspecified contents, aligned to a cache line and
// valid until Reset.
func (a *Arena) Floats(n int) []Float {
	size := (n + lineElems - 1) / lineElems * lineElems
	for {
		if a.block == len(a.blocks) {
			a.blocks = append(a.blocks, alignedBlock(max(size, minBlock)))
			a.used = 0
		}
		b := a.blocks[a.block]
		if a.used+size <= len(b) {
			s := b[a.used : a.used+n : a.used+n]
			a.used += size
			return s
		}
		a.block++
		a.used = 0
	}
}

// Bytes returns the memory that the arena holds.
func (a *Arena) Bytes() int {
	n := 0
	for _, b := range a.blocks {
		n += len(b) * FloatBits / 8
	}
	return n
}

func (a *Arena) header() *Tensor {
	if a.head == len(a.heads)*slab {
		a.heads = append(a.heads, make([]Tensor, slab))
	}
	t := &a.heads[a.head/slab][a.head%slab]
	a.head++
	return t
}

func alignedBlock(n int) []Float {
	raw := make([]Float, n+lineElems-1)
	skip := 0
	if over := uintptr(unsafe.Pointer(&raw[0])) % 64; over != 0 {
		skip = int(64-over) / (FloatBits / 8)
	}
	return raw[skip : skip+n : skip+n]
}
