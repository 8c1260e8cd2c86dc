package nn_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// A residual join reports its two paths apart and one level deeper than the
// join, and the layers of its body beside them.
func TestResidualReportsPaths(t *testing.T) {
	m := nn.NewSequential(nn.NewResidual(nn.NewLinear(3), nn.NewLinear(2)))
	seen := measure(m, tensor.From([]tensor.Float{1, 2}, 1, 2))[1:]
	want := []struct {
		site  string
		stage nn.Stage
		depth int
		gain  float64
	}{
		{"residual_1/linear_2", nn.StageActivation, 1, 2},
		{"residual_1/linear_1", nn.StageActivation, 1, 3},
		{"residual_1/body", nn.StageResidual, 1, 6},
		{"residual_1/skip", nn.StageResidual, 1, 1},
		{"residual_1", nn.StageResidual, 0, 7},
	}
	if len(seen) != len(want) {
		t.Fatalf("%d events %+v, want %d", len(seen), seen, len(want))
	}
	for i, w := range want {
		if e := seen[i]; e.Site != w.site || e.Stage != w.stage || e.Depth != w.depth || math.Abs(e.Gain()-w.gain) > 1e-6 {
			t.Errorf("event %d: %s %s depth %d gain %v, want %+v", i, e.Site, e.Stage, e.Depth, e.Gain(), w)
		}
	}
}

// Each branch is reported with its own columns of the gradient as what came in.
func TestParallelReportsBranches(t *testing.T) {
	m := nn.NewSequential(nn.NewParallel(nn.NewLinear(3), nn.NewSequential(nn.NewLinear(2), nn.NewLinear(2))))
	got := map[string]nn.Event{}
	for _, e := range measure(m, tensor.From([]tensor.Float{1, 2}, 1, 2))[1:] {
		got[e.Site] = e
	}
	for site, gain := range map[string]float64{
		"parallel_1":                   7 / math.Sqrt2,
		"parallel_1/branch_1":          3,
		"parallel_1/branch_2":          4,
		"parallel_1/branch_2/linear_1": 2,
	} {
		e, ok := got[site]
		if !ok || math.Abs(e.Gain()-gain) > 1e-6 {
			t.Errorf("%s: gain %v, want %v", site, e.Gain(), gain)
		}
		if wantDepth := min(strings.Count(site, "/"), 1); e.Depth != wantDepth {
			t.Errorf("%s: depth %d, want %d", site, e.Depth, wantDepth)
		}
	}
}

// Without a gradient for the model's input the parameters get the same ones.
func TestParameterGradientsWithoutInputGradient(t *testing.T) {
	for _, c := range layers() {
		run := func(want bool) (grads []tensor.Float) {
			l := c.New()
			p := &nn.Pass{Train: c.Train, Record: true, WantInput: want}
			p.Reset()
			rng := tensor.NewRNG(1, 1)
			x := tensor.New(c.In...)
			if c.Input != nil {
				c.Input(x, rng)
			} else {
				x.Fill(0.5)
			}
			dy := tensor.New(c.Out...)
			for i := range dy.Data {
				dy.Data[i] = tensor.Float(rng.Normal())
			}
			l.Forward(p, x)
			if dx := l.Backward(p, dy); !want && dx != nil {
				t.Errorf("%s: an input gradient that nobody wants", c.Name)
			}
			for _, q := range l.Params() {
				if q.Grad != nil {
					grads = append(grads, q.Grad.Data...)
				}
			}
			return grads
		}
		with, without := run(true), run(false)
		for i := range with {
			if with[i] != without[i] {
				t.Errorf("%s: gradient %d is %v, and %v without the input's", c.Name, i, with[i], without[i])
				break
			}
		}
	}
}

// One model serves many goroutines: every layer of the table at once, each
// goroutine with a pass of its own. The race detector watches.
func TestConcurrentInference(t *testing.T) {
	for _, c := range layers() {
		l := c.New()
		x := tensor.New(c.In...)
		if c.Input != nil {
			c.Input(x, tensor.NewRNG(1, 1))
		}
		want := l.Forward(&nn.Pass{}, x).Clone()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				var p nn.Pass
				for range 5 {
					p.Reset()
					y := l.Forward(&p, x)
					for i, v := range y.Data {
						if v != want.Data[i] {
							t.Errorf("%s: element %d is %v, want %v", c.Name, i, v, want.Data[i])
							return
						}
					}
				}
			})
		}
		wg.Wait()
	}
}

// A wrong shape is a programmer's mistake: the panic names the layer and both
// shapes.
func TestWrongShapesPanic(t *testing.T) {
	x := func(dims ...int) *tensor.Tensor { return tensor.New(dims...) }
	forward := func(l nn.Layer, x *tensor.Tensor) func() {
		return func() { l.Forward(&nn.Pass{}, x) }
	}
	backward := func(l nn.Layer, x, dy *tensor.Tensor) func() {
		return func() {
			p := nn.NewTrainingPass()
			l.Forward(p, x)
			l.Backward(p, dy)
		}
	}
	deep := nn.NewSequential(nn.NewDense(3, 4), nn.NewReLU(), nn.NewDense(5, 2))
	for name, c := range map[string]struct {
		run  func()
		says []string
	}{
		"dense":               {forward(nn.NewDense(3, 2), x(4, 5)), []string{"dense", "[..., 3]", "[4, 5]"}},
		"dense in a model":    {forward(deep, x(1, 3)), []string{`"dense_2"`, "[..., 5]", "[1, 4]"}},
		"batch_norm":          {forward(nn.NewBatchNorm(3), x(4, 5)), []string{"batch_norm", "[..., 3]", "[4, 5]"}},
		"layer_norm":          {forward(nn.NewLayerNorm(3), x(4, 5)), []string{"layer_norm", "[..., 3]", "[4, 5]"}},
		"flatten":             {forward(nn.NewFlatten(), x()), []string{"flatten", "[B, ...]", "[]"}},
		"residual":            {forward(nn.NewResidual(nn.NewDense(3, 2)), x(4, 3)), []string{"residual", "[4, 3]", "[4, 2]"}},
		"parallel":            {forward(nn.NewParallel(nn.NewIdentity(), nn.NewFlatten()), x(4, 3, 2)), []string{"parallel", "[4, 3, 2]", "branch_2", "[4, 6]"}},
		"embedding":           {forward(nn.NewEmbedding(7, 2), tensor.From([]tensor.Float{3, 7}, 2)), []string{"embedding", "id 7", "vocab 7"}},
		"embedding of -1":     {forward(nn.NewEmbedding(7, 2), tensor.From([]tensor.Float{-1}, 1)), []string{"embedding", "id -1", "0..6"}},
		"embedding of halves": {forward(nn.NewEmbedding(7, 2), tensor.From([]tensor.Float{1.5}, 1)), []string{"embedding", "id 1.5", "whole number"}},
		"embedding of NaN":    {forward(nn.NewEmbedding(7, 2), tensor.From([]tensor.Float{tensor.Float(math.NaN())}, 1)), []string{"embedding", "NaN"}},
		"backward":            {backward(nn.NewDense(3, 2), x(4, 3), x(4, 3)), []string{"dense", "[4, 2]", "[4, 3]"}},
		"activation":          {backward(nn.NewTanh(), x(4, 3), x(4, 2)), []string{"tanh", "[4, 3]", "[4, 2]"}},
		"never forward":       {func() { nn.NewSoftmax().Backward(nn.NewTrainingPass(), x(1, 2)) }, []string{"softmax", "without a recorded Forward"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				message, _ := recover().(string)
				for _, s := range c.says {
					if !strings.Contains(message, s) {
						t.Errorf("panic %q, want it to say %q", message, s)
					}
				}
			}()
			c.run()
		})
	}
}
