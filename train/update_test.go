package train_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// trained returns all weights after some steps on a network that is large enough
// to be cut into bands; whole makes the stepper compute the whole gradient first.
func trained(t *testing.T, ruleName string, whole bool) []*nn.Param {
	model := fillNormal(nn.NewSequential(
		nn.NewDense(300, 160), nn.NewReLU(),
		nn.NewDense(160, 200), nn.NewSigmoid(), nn.NewLayerNorm(200),
		nn.NewResidual(nn.NewDense(200, 200), nn.NewTanh()),
		nn.NewDenseNoBias(200, 10),
	), 5)
	s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(rule(t, ruleName), model.Params()))
	if whole {
		s.ClipNorm = 1e30
	}
	xs, ys := formulaBatches(96, 300, 10, 4)
	for i := range 6 {
		if _, err := s.Step(xs[i%len(xs)], ys[i%len(ys)], 1e-3); err != nil {
			t.Fatal(err)
		}
	}
	return model.Params()
}

// TestBandedUpdateIsTheWholeOne: applying a gradient band by band, on any number
// of threads, gives the bits of computing all of it first on one.
func TestBandedUpdateIsTheWholeOne(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, name := range optim.Names() {
		runtime.GOMAXPROCS(1)
		want := trained(t, name, true)
		for _, threads := range []int{1, 2, 3, 4} {
			runtime.GOMAXPROCS(threads)
			for _, whole := range []bool{false, true} {
				for i, p := range trained(t, name, whole) {
					for j, v := range p.Value.Data {
						if v != want[i].Value.Data[j] {
							t.Fatalf("%s, %d threads, whole %v: element %d of parameter %d is %v, expected %v", name, threads, whole, j, i, v, want[i].Value.Data[j])
						}
					}
				}
			}
		}
	}
}

// TestOverflowInTheGradientChangesNothing: the loss and every dz are finite, and
// only the sum xᵀ·dz is not.
func TestOverflowInTheGradientChangesNothing(t *testing.T) {
	if tensor.FloatBits == 64 {
		t.Skip("float64 does not overflow here")
	}
	model := nn.NewSequential(nn.NewDense(2, 2), nn.NewDense(2, 1))
	model.Params()[2].Value.Fill(1e20)
	s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewSGD(), model.Params()))
	x := tensor.From([]tensor.Float{3e19, -3e19, -3e19, 3e19}, 2, 2)
	before := train.Capture(model, s.Optimizer)
	if _, err := s.Step(x, tensor.From([]tensor.Float{1, -1}, 2, 1), 0.1); err == nil {
		t.Fatal("no error")
	}
	after := train.Capture(model, s.Optimizer)
	for i := range before.Weights {
		for j, v := range before.Weights[i].Tensor.Data {
			if got := after.Weights[i].Tensor.Data[j]; got != v {
				t.Errorf("%s: %v became %v", before.Weights[i].Name, v, got)
			}
		}
	}
	if math.IsNaN(float64(after.Weights[0].Tensor.Data[0])) {
		t.Error("NaN in the weights")
	}
}
