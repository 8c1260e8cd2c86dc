package flow_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Gradients of known mean and variance: G + σ·normal in each of 4000 elements
// has the signal ‖G‖² and the noise 4000·σ².
func TestNoiseOfKnownGradients(t *testing.T) {
	d := nn.NewDenseNoBias(80, 50)
	n := flow.NewNoise(nn.NewSequential(d))
	if r := n.Rows()[0]; !math.IsNaN(r.Ratio) {
		t.Errorf("before any step: %+v", r)
	}
	for _, c := range []struct{ mean, sigma float64 }{{0.1, 0.1}, {0.01, 0.1}, {0.1, 0.001}, {0, 1}} {
		n.Mark()
		rng := tensor.NewRNG(5, 0)
		for range 100 {
			for i := range d.W.Grad.Data {
				d.W.Grad.Data[i] = tensor.Float(c.mean + c.sigma*rng.Normal())
			}
			n.Observe()
		}
		r := n.Rows()[0]
		noise, signal := 4000*c.sigma*c.sigma, 4000*c.mean*c.mean
		// The estimate of the signal has the variance 2·noise²/(4000·100²) and
		// that of its product with the mean.
		spread := 4 * (noise*math.Sqrt(2.0/4000)/100 + 2*c.mean*c.sigma*math.Sqrt(4000.0/100))
		if r.Steps != 100 || math.Abs(r.Noise/noise-1) > 0.02 || math.Abs(r.Signal-signal) > spread {
			t.Errorf("mean %v, σ %v: %+v, expected signal %v ± %v, noise %v", c.mean, c.sigma, r, signal, spread, noise)
		}
		if want := max(0, r.Signal) / r.Noise; r.Ratio != want || r.Ratio < 0 {
			t.Errorf("ratio %v, expected %v", r.Ratio, want)
		}
	}
	if a := testing.AllocsPerRun(5, n.Observe); a != 0 {
		t.Errorf("%v allocations", a)
	}
	b, err := json.Marshal(flow.SignalToNoise{Name: "0.weight", Ratio: math.Inf(1)})
	if want := `{"name":"0.weight","where":"","steps":0,"signal":0,"noise":0,"ratio":null}`; err != nil || string(b) != want {
		t.Errorf("%s %v, expected %s", b, err, want)
	}
}

func ExampleNewNoise() {
	d := nn.NewDenseNoBias(1, 1)
	n := flow.NewNoise(nn.NewSequential(d))
	for _, g := range []tensor.Float{3, 5, 3, 5} { // mean 4, variance 4/3
		d.W.Grad.Data[0] = g
		n.Observe()
	}
	r := n.Rows()[0]
	fmt.Printf("signal %.2f, noise %.2f, ratio %.2f\n", r.Signal, r.Noise, r.Ratio)
	// Output: signal 15.67, noise 1.33, ratio 11.75
}
