package nn

import "github.com/ebb-ml/ebb/tensor"

// Activation is an element-wise function h = φ(z), with its derivative beside it.
type Activation struct {
	phi  phi
	z, h *tensor.Tensor
}

// phi is one function: what it is called, its value, and dz = dh·φ′(z) given z
// and h. Each function loops over whole slices, so that the choice of the
// function is made once per tensor and not once per element.
type phi struct {
	name     string
	forward  func(h, z []tensor.Float, a tensor.Float)
	backward func(dz, dh, z, h []tensor.Float, a tensor.Float)
	a        tensor.Float // the slope, where there is one
	sup      float64      // sup|φ′| over all z; +Inf if there is none
}

func (l *Activation) Kind() string     { return l.phi.name }
func (l *Activation) Stage() Stage     { return StageActivation }
func (l *Activation) Params() []*Param { return nil }

// GainBound returns sup|φ′|: ‖dz‖ ≤ sup|φ′|·‖dh‖ for every input.
func (l *Activation) GainBound() float64 { return l.phi.sup }

// Forward computes h = φ(z).
func (l *Activation) Forward(p *Pass, z *tensor.Tensor) *tensor.Tensor {
	h := p.Arena.Like(z)
	l.phi.forward(h.Data, z.Data, l.phi.a)
	if p.Record {
		l.z, l.h = z, h
	}
	return h
}

// Backward computes dz = dh·φ′(z).
func (l *Activation) Backward(p *Pass, dh *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient(l.phi.name, dh, l.h)
	if !p.InputGrad() {
		return nil
	}
	dz := p.Arena.Like(dh)
	l.phi.backward(dz.Data, dh.Data, l.z.Data, l.h.Data, l.phi.a)
	return dz
}
