package layertest

import (
	"math"
	"slices"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// events keeps what a pass reports.
type events []nn.Event

func (e *events) Observe(v nn.Event) { *e = append(*e, v) }

// gainsTelescope puts the layer into a chain and compares the product of the
// main chain's gains with the ratio of the norms at its ends; and does the same
// inside the layer, when it is a chain itself.
func (c Case) gainsTelescope(t *testing.T) {
	if c.NoInputGrad {
		t.Skip("no gradient leaves the layer")
	}
	c.telescope(t, nn.NewSequential(nn.NewLinear(2), c.New(), nn.NewLinear(0.5)))
	if chain, ok := c.New().(*nn.Sequential); ok {
		c.telescope(t, chain)
	}
}

func (c Case) telescope(t *testing.T, chain *nn.Sequential) {
	t.Helper()
	var seen events
	p := c.pass()
	p.Probe = &seen
	x, dy := c.input(1), c.gradient()
	for i := range x.Data {
		x.Data[i] /= 2 // the first layer doubles it
	}
	chain.Forward(p, x)
	dx := chain.Backward(p, dy)
	product := 1.0
	for _, e := range seen {
		if e.Depth == 0 {
			product *= e.Gain()
		}
		if e.Size == 0 || e.NonFinite != 0 {
			t.Errorf("%s %s: size %d, %d not finite", e.Site, e.Stage, e.Size, e.NonFinite)
		}
	}
	want := norm(dx.Data) / norm(dy.Data)
	if !(math.Abs(product-want) <= 1e-4*want) {
		t.Errorf("the gains multiply up to %.9g, the gradient's norm changed by %.9g; the events were %+v", product, want, seen)
	}
}

func norm(x []tensor.Float) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}

func clone(x *tensor.Tensor) []tensor.Float { return slices.Clone(x.Data) }

// gradients returns all gradients of a layer in a row.
func gradients(l nn.Layer) (all []tensor.Float) {
	for _, p := range l.Params() {
		if p.Grad != nil {
			all = append(all, p.Grad.Data...)
		}
	}
	return all
}

// values returns all parameters of a layer in a row.
func values(l nn.Layer) (all []tensor.Float) {
	for _, p := range l.Params() {
		all = append(all, p.Value.Data...)
	}
	return all
}

func near(a, b tensor.Float, tolerance float64) bool {
	x, y := float64(a), float64(b)
	return math.Abs(x-y) <= tolerance*max(1, math.Abs(x), math.Abs(y))
}

func sameBits(t *testing.T, what string, a, b []tensor.Float) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%s: %d elements and %d", what, len(a), len(b))
		return
	}
	for i := range a {
		if math.Float64bits(float64(a[i])) != math.Float64bits(float64(b[i])) {
			t.Errorf("%s: element %d is %v and %v; the bits must be the same", what, i, a[i], b[i])
			return
		}
	}
}
