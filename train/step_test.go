package train_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

func TestStepAllocatesNothing(t *testing.T) {
	d := clusters(32, 1)
	for _, name := range optim.Names() {
		for i := range 4 {
			measured, clipped := i&1 != 0, i&2 != 0
			model := mixed()
			s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(rule(t, name), model.Params()))
			if clipped {
				s.ClipNorm, s.ClipValue = 1, 0.5
			}
			if measured {
				s.Pass.Probe, s.Meter = flow.NewRecorder(model), flow.NewUpdates(model)
			}
			step := func() {
				if _, err := s.Step(d.X, d.Y, 0.001); err != nil {
					t.Fatal(err)
				}
			}
			step()
			if n := testing.AllocsPerRun(20, step); n != 0 {
				t.Errorf("%s, measured %v, clipped %v: %v allocations in a step", name, measured, clipped, n)
			}
		}
	}
}

// TestClipping: under SGD with lr 1 the update is the clipped gradient itself.
func TestClipping(t *testing.T) {
	for _, c := range []struct{ value, norm float64 }{{0, 0.01}, {0.002, 0}, {0.002, 0.003}} {
		model, d := formulaNetwork([]int{8, 6, 3}), clusters(16, 3)
		before := train.Capture(model, optim.New(rule(t, "sgd"), model.Params()))
		s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(rule(t, "sgd"), model.Params()))
		s.ClipValue, s.ClipNorm = c.value, c.norm
		if _, err := s.Step(d.X, d.Y, 1); err != nil {
			t.Fatal(err)
		}
		sum, largest := 0.0, 0.0
		for i, p := range model.Params() {
			for j, v := range p.Value.Data {
				e := math.Abs(float64(v) - float64(before.Weights[i].Tensor.Data[j]))
				sum += e * e
				largest = max(largest, e)
			}
		}
		if n := math.Sqrt(sum); c.norm > 0 && math.Abs(n-c.norm) > 1e-3*c.norm {
			t.Errorf("clip_norm %v: the update's norm is %v", c.norm, n)
		}
		if c.value > 0 && largest > c.value*1.001 {
			t.Errorf("clip_value %v: the largest update is %v", c.value, largest)
		}
		if s.GradientNorm() < 0.05 {
			t.Errorf("GradientNorm is %v, expected that from before clipping", s.GradientNorm())
		}
	}
}

// poison is the identity that turns one value into NaN or Inf from a step on.
type poison struct {
	from              uint64
	forward, backward tensor.Float
}

func (l *poison) Params() []*nn.Param { return nil }
func (l *poison) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	y := p.Arena.Like(x)
	y.CopyFrom(x)
	if p.Step >= l.from {
		y.Data[1] += l.forward
	}
	return y
}
func (l *poison) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.Arena.Like(dy)
	dx.CopyFrom(dy)
	if p.Step >= l.from {
		dx.Data[1] += l.backward
	}
	return dx
}

func TestNonFiniteStopsBeforeTheUpdate(t *testing.T) {
	nan, inf := tensor.Float(math.NaN()), tensor.Float(math.Inf(1))
	for _, c := range []struct {
		name  string
		layer *poison
		phase train.Phase
		site  string
	}{
		{"forward", &poison{from: 3, forward: nan}, train.PhaseForward, "poison_1"},
		{"backward", &poison{from: 3, backward: nan}, train.PhaseBackward, "poison_1"},
		{"backward Inf", &poison{from: 3, backward: inf}, train.PhaseBackward, "poison_1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := fillNormal(nn.NewSequential(nn.NewDense(8, 6), nn.NewBatchNorm(6), nn.NewTanh(), c.layer, nn.NewBatchNorm(6), nn.NewDense(6, 3)), 4)
			o := optim.New(rule(t, "adam"), model.Params())
			s := train.NewStepper(model, loss.CrossEntropy{}, o)
			s.ClipValue = 1 // must not hide an infinity
			d := clusters(16, 3)
			for range 3 {
				if _, err := s.Step(d.X, d.Y, 0.01); err != nil {
					t.Fatal(err)
				}
			}
			before := train.Capture(model, o)
			_, err := s.Step(d.X, d.Y, 0.01)
			var e *train.NonFiniteError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, expected a NonFiniteError", err)
			}
			if e.Phase != c.phase || e.Site != c.site || e.Step != 3 || e.Stage != nn.StageLayer {
				t.Errorf("got %+v", e)
			}
			if msg := err.Error(); !strings.Contains(msg, "step 3") || !strings.Contains(msg, c.site) {
				t.Errorf("message %q", msg)
			}
			after := train.Capture(model, o)
			for i := range before.Weights {
				for j, v := range before.Weights[i].Tensor.Data {
					if after.Weights[i].Tensor.Data[j] != v {
						t.Fatalf("%s changed", before.Weights[i].Name)
					}
				}
			}
			if after.Position.Updates != 3 || s.Pass.Step != 3 {
				t.Errorf("updates %d, step %d, expected 3", after.Position.Updates, s.Pass.Step)
			}
		})
	}
}

func TestNonFiniteElsewhere(t *testing.T) {
	d := clusters(16, 3)
	model := formulaNetwork([]int{8, 6, 3})
	s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(rule(t, "sgd"), model.Params()))
	phase := func(x *tensor.Tensor) train.Phase {
		var e *train.NonFiniteError
		if _, err := s.Step(x, d.Y, 0.1); !errors.As(err, &e) {
			t.Fatalf("got %v, expected a NonFiniteError", err)
		}
		return e.Phase
	}
	bad := d.X.Clone()
	bad.Data[5] = tensor.Float(math.NaN())
	if p := phase(bad); p != train.PhaseInput {
		t.Errorf("NaN in the batch: phase %q", p)
	}
	model.Params()[2].Value.Data[0] = tensor.Float(math.Inf(1))
	if p := phase(d.X); p != train.PhaseWeights {
		t.Errorf("Inf in a weight: phase %q", p)
	}
}

// TestExplosion: linear layers of gain 1000 each overflow at a layer that can be
// worked out: 1000¹³ > 3.4e38 (13 layers of 32-bit floats).
func TestExplosion(t *testing.T) {
	var layers []nn.Layer
	for range 120 {
		d := nn.NewDense(1, 1)
		d.W.Value.Data[0] = 1000
		layers = append(layers, d)
	}
	model := nn.NewSequential(layers...)
	s := train.NewStepper(model, loss.MSE{}, optim.New(rule(t, "sgd"), model.Params()))
	x := tensor.From([]tensor.Float{1}, 1, 1)
	_, err := s.Step(x, x, 0.1)
	var e *train.NonFiniteError
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	want := "dense_13"
	if tensor.FloatBits == 64 {
		want = "dense_103"
	}
	if growth := e.GrowthPerLayer; e.Site != want || e.Phase != train.PhaseForward || math.Abs(growth-1000) > 1e-3*1000 {
		t.Errorf("got %q, growth %v, expected %s and growth 1000", err, growth, want)
	}
}

// TestDivergence: gradient descent on a parabola diverges by a factor that can be
// worked out. J = w² has the gradient 2w, so with lr 2
// every step maps w to −3w: the gradient grows 3-fold per step until it
// overflows.
func TestDivergence(t *testing.T) {
	d := nn.NewDenseNoBias(1, 1)
	d.W.Value.Data[0] = 1
	model := nn.NewSequential(d)
	s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewSGD(), model.Params()))
	x, y := tensor.From([]tensor.Float{1}, 1, 1), tensor.New(1, 1)
	for range 2000 {
		_, err := s.Step(x, y, 2)
		if err == nil {
			continue
		}
		var e *train.NonFiniteError
		if !errors.As(err, &e) || math.Abs(e.GrowthPerStep-3) > 1e-3 || e.Steps != 8 {
			t.Fatalf("got %v, expected a gradient that grows 3-fold per step", err)
		}
		t.Log(err)
		return
	}
	t.Fatal("it never overflowed")
}

// BenchmarkStep is one step of 784-256-128-10, batch 64, Adam: plain, with the
// flow measured, and with the update effect as well.
func BenchmarkStep(b *testing.B) {
	for _, mode := range []string{"plain", "flow", "flow and updates"} {
		b.Run(mode, func(b *testing.B) {
			model := formulaNetwork([]int{784, 256, 128, 10})
			xs, ys := formulaBatches(64, 784, 10, 64)
			s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(optim.NewAdam(), model.Params()))
			if mode != "plain" {
				s.Pass.Probe = flow.NewRecorder(model)
			}
			if mode == "flow and updates" {
				s.Meter = flow.NewUpdates(model)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Step(xs[0], ys[0], 1e-5); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
