package nn

import (
	"math"

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
	for r := range x.Rows() {
		from, to := x.Row(r), y.Row(r)
		top := tensor.Float(math.Inf(-1))
		for _, v := range from {
			top = max(top, v)
		}
		sum := 0.0
		for i, v := range from {
			e := math.Exp(float64(v - top))
			to[i] = tensor.Float(e)
			sum += e
		}
		scale := tensor.Float(1 / sum)
		for i := range to {
			to[i] *= scale
		}
	}
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
	for r := range dy.Rows() {
		y, dy, dx := l.y.Row(r), dy.Row(r), dx.Row(r)
		dot := 0.0
		for i, v := range y {
			dot += float64(v) * float64(dy[i])
		}
		for i, v := range y {
			dx[i] = v * (dy[i] - tensor.Float(dot))
		}
	}
	return dx
}
