package layertest

import (
	"testing"

	"github.com/ebb-ml/ebb/gradcheck"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Case is a layer to test.
type Case struct {
	Name string
	New  func() nn.Layer // a fresh layer, the same one every time
	In   []int           // the shape of the input
	Out  []int           // the shape of the output

	// Input fills x; nil for standard normal numbers. A layer with a kink keeps
	// its inputs away from it.
	Input func(x *tensor.Tensor, rng *tensor.RNG)

	// Train runs the layer as in training everywhere but where inference is
	// tested.
	Train bool

	// NoInputGrad says that the input has no gradient, as ids have none.
	NoInputGrad bool

	// Tolerance of the finite differences; 0 for 1e-6 in float64 and 2e-2 in
	// float32.
	Tolerance float64
}

// Run tests the layer, each property as a subtest of its own.
func Run(t *testing.T, c Case) {
	t.Helper()
	t.Run(c.Name, func(t *testing.T) {
		t.Run("gradients", c.gradients)
		t.Run("shape", c.shape)
		t.Run("determinism", c.determinism)
		t.Run("inference writes nothing", c.inference)
		t.Run("save and load", c.saveAndLoad)
		t.Run("backward adds", c.backwardAdds)
		t.Run("no allocation", c.noAllocation)
		t.Run("gains telescope", c.gainsTelescope)
	})
}

// input returns an input of the case; each seed gives another one.
func (c Case) input(seed uint64) *tensor.Tensor {
	x := tensor.New(c.In...)
	rng := tensor.NewRNG(seed, 1)
	if c.Input != nil {
		c.Input(x, rng)
	} else {
		normal(x, rng)
	}
	return x
}

func normal(x *tensor.Tensor, rng *tensor.RNG) {
	for i := range x.Data {
		x.Data[i] = tensor.Float(rng.Normal())
	}
}

// gradient returns a random gradient of the output's shape.
func (c Case) gradient() *tensor.Tensor {
	dy := tensor.New(c.Out...)
	normal(dy, tensor.NewRNG(7, 2))
	return dy
}

func (c Case) pass() *nn.Pass {
	p := &nn.Pass{Train: c.Train, Record: true, WantInput: true, Step: 3}
	p.Reset()
	return p
}

func (c Case) gradients(t *testing.T) {
	tolerance := c.Tolerance
	if tolerance == 0 {
		tolerance = 1e-6
		if tensor.FloatBits == 32 {
			tolerance = 2e-2
		}
	}
	for seed := range uint64(2) {
		report, err := gradcheck.Layer(c.New(), c.input(seed), gradcheck.Options{
			Train: c.Train, Step: 3, Seed: seed, NoInputGrad: c.NoInputGrad,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range report {
			if !(e.Error <= tolerance) {
				t.Errorf("%v; want at most %g", e, tolerance)
			}
		}
	}
}

func (c Case) shape(t *testing.T) {
	l := c.New()
	y := l.Forward(c.pass(), c.input(1))
	if got, want := y.ShapeString(), tensor.ShapeString(c.Out); got != want {
		t.Errorf("input %s gave an output of shape %s, want %s", tensor.ShapeString(c.In), got, want)
	}
}

func (c Case) determinism(t *testing.T) {
	type result struct{ y, dx, grads []tensor.Float }
	run := func() (r result) {
		l, p := c.New(), c.pass()
		r.y = clone(l.Forward(p, c.input(1)))
		if dx := l.Backward(p, c.gradient()); dx != nil {
			r.dx = clone(dx)
		}
		r.grads = gradients(l)
		return r
	}
	a, b := run(), run()
	sameBits(t, "output", a.y, b.y)
	sameBits(t, "input's gradient", a.dx, b.dx)
	sameBits(t, "parameters' gradients", a.grads, b.grads)
}

// inference runs a pass without Record between a recorded Forward and its
// Backward: had it written anything, the gradients would not be the same.
func (c Case) inference(t *testing.T) {
	run := func(between bool) (grads, dx, all []tensor.Float) {
		l, p := c.New(), c.pass()
		l.Forward(p, c.input(1))
		if between {
			for _, train := range []bool{false, true} {
				l.Forward(&nn.Pass{Train: train, Step: 9}, c.input(2))
			}
		}
		if d := l.Backward(p, c.gradient()); d != nil {
			dx = clone(d)
		}
		return gradients(l), dx, values(l)
	}
	grads, dx, before := run(false)
	grads2, dx2, after := run(true)
	sameBits(t, "parameters' gradients", grads, grads2)
	sameBits(t, "input's gradient", dx, dx2)
	sameBits(t, "parameters", before, after)

	l := c.New()
	recorded := clone(l.Forward(&nn.Pass{Record: true}, c.input(1)))
	sameBits(t, "output with and without Record", recorded, l.Forward(&nn.Pass{}, c.input(1)).Data)
}

func (c Case) saveAndLoad(t *testing.T) {
	from, to := c.New(), c.New()
	rng := tensor.NewRNG(11, 0)
	for _, q := range nn.Named(from) {
		if q.Grad != nil {
			for i := range q.Value.Data {
				q.Value.Data[i] += tensor.Float(0.1 * rng.Normal())
			}
		}
	}
	from.Forward(c.pass(), c.input(2)) // moves what a layer keeps besides
	a, b := nn.Named(from), nn.Named(to)
	if len(a) != len(b) {
		t.Fatalf("%d parameters, a fresh layer has %d", len(a), len(b))
	}
	names := map[string]bool{}
	for i := range a {
		if a[i].Name != b[i].Name || names[a[i].Name] {
			t.Fatalf("parameter %d is called %q, and %q in a fresh layer; names must be the same and different from each other", i, a[i].Name, b[i].Name)
		}
		names[a[i].Name] = true
		b[i].Value.CopyFrom(a[i].Value)
	}
	want := clone(from.Forward(&nn.Pass{}, c.input(1)))
	sameBits(t, "output after loading", want, to.Forward(&nn.Pass{}, c.input(1)).Data)
}

func (c Case) backwardAdds(t *testing.T) {
	l, p := c.New(), c.pass()
	x, dy := c.input(1), c.gradient()
	xBefore, dyBefore := clone(x), clone(dy)
	nn.ZeroGrad(l.Params())
	l.Forward(p, x)
	l.Backward(p, dy)
	once := gradients(l)
	p.Reset()
	l.Forward(p, x)
	l.Backward(p, dy)
	for i, v := range gradients(l) {
		if want := 2 * once[i]; !near(v, want, 1e-5) {
			t.Errorf("gradient %d is %v after two passes and %v after one: Backward must add to Grad", i, v, once[i])
			break
		}
	}
	sameBits(t, "x", xBefore, x.Data)
	sameBits(t, "dy", dyBefore, dy.Data)
}

func (c Case) noAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	l, p := c.New(), c.pass()
	x, dy := c.input(1), c.gradient()
	step := func() {
		p.Reset()
		l.Forward(p, x)
		l.Backward(p, dy)
	}
	step()
	if n := testing.AllocsPerRun(5, step); n != 0 {
		t.Errorf("a forward and backward pass allocates %v times, want 0", n)
	}
}
