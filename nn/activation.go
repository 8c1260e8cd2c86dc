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

	// fromOutput says that backward looks at h and not at z, which h may then
	// overwrite.
	fromOutput bool
}

func (l *Activation) Kind() string     { return l.phi.name }
func (l *Activation) Stage() Stage     { return StageActivation }
func (l *Activation) Params() []*Param { return nil }

// GainBound returns sup|φ′|: ‖dz‖ ≤ sup|φ′|·‖dh‖ for every input.
func (l *Activation) GainBound() float64 { return l.phi.sup }

// Forward computes h = φ(z).
func (l *Activation) Forward(p *Pass, z *tensor.Tensor) *tensor.Tensor {
	h := l.begin(p, z)
	l.forwardRows(z, h, 0, z.Rows())
	return h
}

// Backward computes dz = dh·φ′(z).
func (l *Activation) Backward(p *Pass, dh *tensor.Tensor) *tensor.Tensor {
	dz := l.beginBackward(p, dh)
	if dz != nil {
		l.backwardRows(dh, dz, 0, dh.Rows())
	}
	return dz
}

func (l *Activation) begin(p *Pass, z *tensor.Tensor) *tensor.Tensor {
	h := p.Arena.Like(z)
	l.keep(p, z, h)
	return h
}

// keep records the tensors of the pass; h may be z itself.
func (l *Activation) keep(p *Pass, z, h *tensor.Tensor) {
	if p.Record {
		l.z, l.h = z, h
	}
}

func (l *Activation) forwardRows(z, h *tensor.Tensor, lo, hi int) {
	c := z.Cols()
	l.phi.forward(h.Data[lo*c:hi*c], z.Data[lo*c:hi*c], l.phi.a)
}

func (l *Activation) beginBackward(p *Pass, dh *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient(l.phi.name, dh, l.h)
	if !p.InputGrad() {
		return nil
	}
	return p.Arena.Like(dh)
}

func (l *Activation) backwardRows(dh, dz *tensor.Tensor, lo, hi int) {
	c := dh.Cols()
	lo, hi = lo*c, hi*c
	l.phi.backward(dz.Data[lo:hi], dh.Data[lo:hi], l.z.Data[lo:hi], l.h.Data[lo:hi], l.phi.a)
}

func (l *Activation) weightGradient(*Pass, *tensor.Tensor) {}
