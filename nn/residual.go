package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Residual adds its input to what its body makes of it: y = x + body(x) (He et
// al. 2016). Going backwards dx = dy + body'(dy): the skip path hands the
// gradient on with gain 1, whatever the body does.
type Residual struct {
	body *Sequential
	y    *tensor.Tensor
}

// NewResidual returns a residual join over the chain of the given layers, which
// must give back the shape that they take.
func NewResidual(layers ...Layer) *Residual {
	return &Residual{body: NewSequential(layers...)}
}

func (l *Residual) Kind() string     { return "residual" }
func (l *Residual) Stage() Stage     { return StageResidual }
func (l *Residual) Params() []*Param { return l.body.Params() }

// Children returns the layers of the body.
func (l *Residual) Children() []Layer { return l.body.Children() }

// Sites returns the site of each layer of the body.
func (l *Residual) Sites() []string { return l.body.Sites() }

// Forward computes y = x + body(x). It panics when the body changes the shape.
func (l *Residual) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	h := l.body.Forward(p, x)
	if !h.SameShape(x) {
		panic(fmt.Sprintf("nn: residual at %q needs a body that keeps the shape: %s went in, %s came out", p.site, x.ShapeString(), h.ShapeString()))
	}
	y := p.Arena.Like(x)
	y.CopyFrom(x)
	kernel.Add(y.Data, h.Data)
	if p.Record {
		l.y = y
	}
	return y
}

// Backward computes dx = dy + the body's gradient, and reports the two paths
// apart, as "…/skip" and "…/body".
func (l *Residual) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("residual", dy, l.y)
	dh := l.body.Backward(p, dy)
	if !p.InputGrad() {
		return nil
	}
	if p.Probe != nil {
		site := p.site
		if dh != nil {
			p.enter(site, "body")
			p.Report(StageResidual, dy, dh)
		}
		p.site = site
		p.enter(site, "skip")
		p.Report(StageResidual, dy, dy)
		p.site = site
	}
	dx := p.Arena.Like(dy)
	dx.CopyFrom(dy)
	if dh != nil {
		kernel.Add(dx.Data, dh.Data)
	}
	return dx
}
