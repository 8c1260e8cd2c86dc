package nn_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

type events []nn.Event

func (e *events) Observe(v nn.Event) { *e = append(*e, v) }

// measure runs one pass with a gradient of one and returns what was reported.
func measure(m nn.Layer, x *tensor.Tensor) events {
	var seen events
	p := &nn.Pass{Record: true, WantInput: true, Probe: &seen}
	p.Reset()
	dy := m.Forward(p, x).Clone()
	dy.Fill(1)
	p.ReportLoss(dy)
	m.Backward(p, dy)
	return seen
}

// Ten layers of one sigmoid unit with |w| = 1, each at z = 0 where φ′ is largest:
// the error shrinks by ¼ ten times, to exactly 2⁻²⁰.
func TestTenSigmoidUnits(t *testing.T) {
	var layers []nn.Layer
	for i := range 10 {
		d := nn.NewDense(1, 1)
		d.W.Value.Data[0] = tensor.Float(1 - 2*(i%2)) // 1 and −1 in turn
		layers = append(layers, d, nn.NewSigmoid())
	}
	m := nn.NewSequential(layers...)
	// z = w·h + b = 0 with h = φ(0) = ½ and an input of ½.
	for _, l := range m.Children() {
		if d, ok := l.(*nn.Dense); ok {
			d.B.Value.Data[0] = -d.W.Value.Data[0] / 2
		}
	}
	activations, weights := 1.0, 1.0
	seen := measure(m, tensor.From([]tensor.Float{0.5}, 1, 1))
	if seen[0].Stage != nn.StageLoss || len(seen) != 21 {
		t.Fatalf("%d events, the first of stage %s; want 21 and loss", len(seen), seen[0].Stage)
	}
	for _, e := range seen {
		switch e.Stage {
		case nn.StageActivation:
			activations *= e.Gain()
		case nn.StageWeights:
			weights *= e.Gain()
		}
	}
	if activations != 0x1p-20 || weights != 1 {
		t.Errorf("gains of φ′ multiply up to %v and of Wᵀ to %v, want exactly 2⁻²⁰ and 1", activations, weights)
	}
}

// φ(z) = 10z three times has a gain of 1000.
func TestLinearGain(t *testing.T) {
	m := nn.NewSequential(nn.NewLinear(10), nn.NewLinear(10), nn.NewLinear(10))
	product := 1.0
	for _, e := range measure(m, tensor.From([]tensor.Float{0.3}, 1, 1))[1:] {
		product *= e.Gain()
	}
	if product != 1000 {
		t.Errorf("gain %v, want 1000", product)
	}
}

// A network of equal sigmoids without the weights' help never has more than ¼
// per layer, wherever z is.
func TestSigmoidGainNeverAboveQuarter(t *testing.T) {
	m := nn.NewSequential(nn.NewSigmoid())
	for z := -8.0; z <= 8; z += 0.25 {
		e := measure(m, tensor.From([]tensor.Float{tensor.Float(z)}, 1, 1))[1]
		if want := 0.25 / math.Pow(math.Cosh(z/2), 2); math.Abs(e.Gain()-want) > 1e-6 {
			t.Errorf("gain %v at z = %v, want %v", e.Gain(), z, want)
		}
	}
}
