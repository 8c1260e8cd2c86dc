package flow_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Scalar layers of gain 10²⁰ overflow after a number of layers that can be worked
// out, forwards, and backwards where the way forward is at zero.
func TestGrowthBeforeAnOverflow(t *testing.T) {
	layers, last := 20, 2 // 10²⁰·10²⁰ > 3.4e38
	if tensor.FloatBits == 64 {
		last = 16 // 10³²⁰ > 1.8e308
	}
	var chain []nn.Layer
	for range layers {
		d := nn.NewDense(1, 1)
		d.W.Value.Fill(1e20)
		chain = append(chain, d)
	}
	m := nn.NewSequential(chain...)
	for _, c := range []struct {
		phase string
		x     tensor.Float
		where int
	}{{"forward", 1, last}, {"backward", 0, layers - last + 1}} {
		x := tensor.From([]tensor.Float{c.x}, 1, 1)
		got := flow.FindNonFinite(nn.NewTrainingPass(), m, x, func(dpred, _ *tensor.Tensor) float64 {
			dpred.Fill(1)
			return 1
		})
		// One forward value is no growth; the error itself begins the way back.
		want := 1e20
		if c.phase == "forward" && last == 2 {
			want = 0
		}
		if got == nil || got.Phase != c.phase || got.Where != fmt.Sprintf("dense_%d", c.where) ||
			math.Abs(got.GrowthPerLayer-want) > 1e-6*want {
			t.Errorf("got %+v, expected %s, dense_%d, growth %g", got, c.phase, c.where, want)
		}
	}
}

// With 64-bit floats a gradient of finite elements may have a norm that is not.
func TestNormThatOverflows(t *testing.T) {
	if tensor.FloatBits == 32 {
		t.Skip("float64 holds the square of every float32")
	}
	huge := 1e200
	x := tensor.From([]tensor.Float{tensor.Float(huge)}, 1, 1)
	got := flow.FindNonFinite(nn.NewTrainingPass(), nn.NewSequential(nn.NewDense(1, 1)), x, func(dpred, _ *tensor.Tensor) float64 {
		dpred.Fill(1)
		return 1
	})
	if got == nil || got.Name != "0.weight" || got.Count != 0 || got.Where != "dense_1" {
		t.Errorf("%+v", got)
	}
}

func ExampleFindNonFinite() {
	first, second := nn.NewDense(1, 1), nn.NewDense(1, 1)
	first.W.Value.Fill(1)
	second.W.Value.Fill(tensor.Float(math.Inf(1)))
	m := nn.NewSequential(first, second)
	found := flow.FindNonFinite(nn.NewTrainingPass(), m, tensor.New(1, 1), func(dpred, _ *tensor.Tensor) float64 {
		dpred.Fill(1)
		return 0
	})
	fmt.Println(found.Phase, found.Where, found.Name)
	// Output: weights dense_2 1.weight
}
