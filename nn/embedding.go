package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Embedding looks up one row of W for every id: x of ids [...] becomes
// [..., units].
type Embedding struct {
	W      *Param // [vocab, units], also in files
	params []*Param
	x, y   *tensor.Tensor
}

// NewEmbedding returns an embedding of zeros for the ids 0..vocab-1. Ids are
// whole numbers in a tensor of Float, which float32 holds exactly up to 2²⁴.
func NewEmbedding(vocab, units int) *Embedding {
	if vocab <= 0 || units <= 0 {
		panic(fmt.Sprintf("nn.NewEmbedding: sizes must be positive, got vocab %d, units %d", vocab, units))
	}
	w := NewParam("weight", vocab, units)
	return &Embedding{W: w, params: []*Param{w}}
}

func (l *Embedding) Kind() string     { return "embedding" }
func (l *Embedding) Stage() Stage     { return StageWeights }
func (l *Embedding) Params() []*Param { return l.params }

// Forward copies the row of every id. It panics for an id that is not a whole
// number in 0..vocab-1; check ids that come from outside before.
func (l *Embedding) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	vocab, units := l.W.Value.Dim(0), l.W.Value.Dim(1)
	if x.Rank() == tensor.MaxRank {
		panic(fmt.Sprintf("nn: embedding at %q needs ids of at most %d dimensions, got %s", p.site, tensor.MaxRank-1, x.ShapeString()))
	}
	var dims [tensor.MaxRank]int
	n := copy(dims[:], x.Shape())
	dims[n] = units
	y := p.Arena.New(dims[:n+1]...)
	for i, v := range x.Data {
		if !(v >= 0 && v < tensor.Float(vocab)) || v != tensor.Float(int(v)) {
			panic(fmt.Sprintf("nn: embedding at %q: id %v (element %d) is not a whole number in 0..%d (vocab %d)", p.site, v, i, vocab-1, vocab))
		}
		copy(y.Data[i*units:(i+1)*units], l.W.Value.Row(int(v)))
	}
	if p.Record {
		l.x, l.y = x, y
	}
	return y
}

// Backward adds every row of dy to the gradient of its id's row. Ids have no
// gradient: the result is nil.
func (l *Embedding) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("embedding", dy, l.y)
	for i, v := range l.x.Data {
		kernel.Add(l.W.Grad.Row(int(v)), dy.Row(i))
	}
	return nil
}
