package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Softmax is y_i = eˣᶦ / Σ_j eˣʲ over the last dimension, each row on its own.
//
// It is a layer of its own because its Jacobian diag(y) − y·yᵀ mixes the units.
// For the loss of a classifier it is not needed: cross-entropy takes logits.
type Softmax struct {
	y     *tensor.Tensor
	units int // of the last recorded forward; 0 before it
}

// NewSoftmax returns a softmax over the last dimension.
func NewSoftmax() *Softmax { return &Softmax{} }

func (l *Softmax) Kind() string     { return "softmax" }
func (l *Softmax) Stage() Stage     { return StageActivation }
func (l *Softmax) Params() []*Param { return nil }

// GainBound returns ½, which σ_max(diag(y) − y·yᵀ) never exceeds (two units of
// probability ½ reach it), or 0 when the layer has seen one unit: its output is
// 1 whatever the input, and no gradient passes.
func (l *Softmax) GainBound() float64 {
	if l.units == 1 {
		return 0
	}
	return 0.5
}

// Forward computes the softmax of each row, with the row's maximum taken off
// first so that no exponential overflows.
func (l *Softmax) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	y := p.Arena.Like(x)
	kernel.Softmax(y.Data, x.Data, x.Cols())
	if p.Record {
		l.y, l.units = y, x.Cols()
	}
	return y
}

// Backward computes dx_i = y_i·(dy_i − Σ_j y_j·dy_j).
func (l *Softmax) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("softmax", dy, l.y)
	if !p.InputGrad() {
		return nil
	}
	dx := p.Arena.Like(dy)
	kernel.SoftmaxBackward(dx.Data, dy.Data, l.y.Data, dy.Cols())
	return dx
}
