package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Flatten makes each example one row: [B, …] becomes [B, product of the rest].
type Flatten struct {
	in   [tensor.MaxRank]int // the shape of the last recorded input
	rank int
	y    *tensor.Tensor
}

// NewFlatten returns a layer that keeps the first dimension, the batch, and
// joins all others.
func NewFlatten() *Flatten { return &Flatten{} }

func (l *Flatten) Kind() string     { return "flatten" }
func (l *Flatten) Stage() Stage     { return StageShape }
func (l *Flatten) Params() []*Param { return nil }

// GainBound returns 1: the elements stay as they are.
func (l *Flatten) GainBound() float64 { return 1 }

// Forward returns x's own elements under the new shape.
func (l *Flatten) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() == 0 {
		panic(fmt.Sprintf("nn: flatten at %q needs an input of shape [B, ...], got %s", p.site, x.ShapeString()))
	}
	features := 1
	for _, d := range x.Shape()[1:] {
		features *= d
	}
	y := p.Arena.View(x.Data, x.Dim(0), features)
	if p.Record {
		l.rank = copy(l.in[:], x.Shape())
		l.y = y
	}
	return y
}

// Backward returns dy's own elements under the input's shape.
func (l *Flatten) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("flatten", dy, l.y)
	if !p.InputGrad() {
		return nil
	}
	return p.Arena.View(dy.Data, l.in[:l.rank]...)
}
