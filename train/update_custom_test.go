package train_test

import (
	"slices"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// sparse is a dense layer of one's own by embedding: every other weight has no
// gradient.
type sparse struct{ *nn.Dense }

func (l sparse) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := l.Dense.Backward(p, dy)
	for i := range l.W.Grad.Data {
		l.W.Grad.Data[i] *= tensor.Float(i % 2)
	}
	return dx
}

// doubled is an activation of one's own by embedding: y = 2·relu(x).
type doubled struct{ *nn.Activation }

func (l doubled) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	y := l.Activation.Forward(p, x)
	out := p.Arena.Like(y)
	for i, v := range y.Data {
		out.Data[i] = 2 * v
	}
	return out
}

func (l doubled) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := l.Activation.Backward(p, dy)
	for i := range dx.Data {
		dx.Data[i] *= 2
	}
	return dx
}

// decayed is a chain with a penalty on a weight, whose gradient it adds itself.
type decayed struct {
	*nn.Sequential
	w *nn.Param
}

func (l decayed) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := l.Sequential.Backward(p, dy)
	for i, v := range l.w.Value.Data {
		l.w.Grad.Data[i] += 0.5 * v
	}
	return dx
}

// twice has one matrix of weights in two layers.
func twice() nn.Layer {
	a, b := nn.NewDense(6, 6), nn.NewDense(6, 6)
	fillNormal(a, 1)
	b.W = a.W
	return nn.NewSequential(a, nn.NewTanh(), b)
}

// alone trains whole parameters: each goes by the size of its gradient.
type alone struct{ optim.SGD }

func (alone) Update(w, g []tensor.Float, _ [][]tensor.Float, _ int, lr float64) {
	norm := tensor.Float(1e-3)
	for _, v := range g {
		norm += v * v
	}
	for i, v := range g {
		w[i] -= tensor.Float(lr) * v / norm
	}
}

func normals(seed uint64, dims ...int) *tensor.Tensor {
	x, rng := tensor.New(dims...), tensor.NewRNG(seed, 9)
	for i := range x.Data {
		x.Data[i] = tensor.Float(rng.Normal())
	}
	return x
}

// A training step gives what forward, backward and an update of whole parameters
// give, whatever stands in the network and whatever the rule looks at.
func TestStepOfLayersOfOnesOwn(t *testing.T) {
	dense := func(in, out int) *nn.Dense { return fillNormal(nn.NewDense(in, out), 3).(*nn.Dense) }
	models := map[string]func() nn.Layer{
		"embedded dense":      func() nn.Layer { return nn.NewSequential(sparse{dense(6, 8)}, nn.NewReLU(), dense(8, 6)) },
		"embedded activation": func() nn.Layer { return nn.NewSequential(dense(6, 8), doubled{nn.NewReLU()}, dense(8, 6)) },
		"wrapped chain": func() nn.Layer {
			first := dense(6, 8)
			return nn.NewSequential(decayed{nn.NewSequential(first, nn.NewReLU()), first.W}, dense(8, 6))
		},
		"in a branch": func() nn.Layer {
			return nn.NewParallel(sparse{dense(6, 3)}, nn.NewSequential(dense(6, 3), nn.NewTanh()))
		},
		"outermost": func() nn.Layer {
			first := dense(6, 6)
			return decayed{nn.NewSequential(first, nn.NewReLU(), dense(6, 6)), first.W}
		},
		"one matrix twice": twice,
	}
	for name, model := range models {
		for _, rule := range []optim.Rule{optim.NewAdam(), alone{}} {
			for _, clip := range []float64{0, 1e30} {
				got, want := model(), model()
				s := train.NewStepper(got, loss.MSE{}, optim.New(rule, got.Params()))
				s.ClipNorm = clip
				o, p := optim.New(rule, want.Params()), nn.NewTrainingPass()
				x, y := normals(1, 5, 6), normals(2, 5, 6)
				dpred := tensor.New(5, 6)
				for range 4 {
					if _, err := s.Step(x, y, 0.01); err != nil {
						t.Fatal(err)
					}
					p.Reset()
					nn.ZeroGrad(want.Params())
					pred := want.Forward(p, x)
					s.Loss.Forward(pred, y)
					s.Loss.Backward(dpred, pred, y)
					want.Backward(p, dpred)
					o.Step(0.01)
				}
				for i, p := range want.Params() {
					if v := got.Params()[i].Value.Data; !slices.Equal(v, p.Value.Data) {
						t.Errorf("%s, %s, clip %v: parameter %d is %v, expected %v", name, rule.Name(), clip, i, v, p.Value.Data)
					}
				}
			}
		}
	}
}

// Somebody else's Backward between two steps leaves gradients behind, which must
// not come into the next one, also when that one stores its own for once.
func TestStepAfterAnotherBackward(t *testing.T) {
	weights := func(disturb bool) []*nn.Param {
		model := fillNormal(nn.NewSequential(nn.NewDense(6, 8), nn.NewTanh(), nn.NewDense(8, 3)), 3)
		s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewSGD(), model.Params()))
		x, y := normals(1, 5, 6), normals(2, 5, 3)
		for i := range 4 {
			if disturb {
				p := nn.NewTrainingPass()
				model.Forward(p, x)
				model.Backward(p, y)
			}
			s.ClipNorm = float64(i%2) * 1e30
			if _, err := s.Step(x, y, 0.01); err != nil {
				t.Fatal(err)
			}
		}
		return model.Params()
	}
	want := weights(false)
	for i, p := range weights(true) {
		if !slices.Equal(p.Value.Data, want[i].Value.Data) {
			t.Errorf("parameter %d is %v, expected %v", i, p.Value.Data, want[i].Value.Data)
		}
	}
}
