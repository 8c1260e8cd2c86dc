package flow_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// A linear layer of one unit and weight 10²⁰ overflows after a number of steps
// that can be worked out: forwards, and backwards where the way forward is at
// zero.
func TestTheStepThatOverflows(t *testing.T) {
	powers, norms := 1, 1 // 10²⁰ is finite, 10⁴⁰ is not
	if tensor.FloatBits == 64 {
		powers, norms = 15, 7 // a norm's square ends at 10³⁰⁸ too
	}
	for _, c := range []struct {
		name   string
		config nn.RecurrentConfig
		x      tensor.Float
		want   flow.NonFinite
	}{
		// h_t has 10^(20·t) of the first input, at t = 0.
		{"forward", nn.RecurrentConfig{}, 1, flow.NonFinite{Phase: "forward", Where: "rnn_1", Stage: nn.StageRecurrent, Time: powers + 1, Lag: powers + 1}},
		// Without all states there is one output.
		{"forward, last", last, 1, flow.NonFinite{Phase: "forward", Where: "rnn_1", Stage: nn.StageRecurrent, Time: -1, Lag: -1}},
		{"backward", last, 0, flow.NonFinite{Phase: "backward", Where: "rnn_1", Stage: nn.StageRecurrent, Time: 39 - norms, Lag: norms}},
		{"backward, layers", nn.RecurrentConfig{Layers: 2, Last: true}, 0, flow.NonFinite{Phase: "backward", Where: "rnn_1/l1", Stage: nn.StageRecurrent, Time: 39 - norms, Lag: norms}},
	} {
		l := nn.NewRNN(1, 1, nn.NewIdentity(), c.config)
		for i, q := range l.Params() {
			if i%4 < 2 {
				q.Value.Fill([]tensor.Float{1, 1e20}[i%4])
			}
		}
		x := tensor.New(40, 1, 1)
		x.Data[0] = c.x
		got := flow.FindNonFinite(nn.NewTrainingPass(), nn.NewSequential(l), x, func(dpred, _ *tensor.Tensor) float64 {
			dpred.Fill(1)
			return 1
		})
		if got == nil || got.Phase != c.want.Phase || got.Where != c.want.Where || got.Stage != c.want.Stage || got.Time != c.want.Time || got.Lag != c.want.Lag {
			t.Errorf("%s: %+v, expected %+v", c.name, got, c.want)
			continue
		}
		want := 1e20
		if got.Time < 0 || tensor.FloatBits == 32 && got.Phase == "backward" {
			want = 0 // one norm is no growth
		}
		if math.Abs(got.GrowthPerStep-want) > 1e-6*want {
			t.Errorf("%s: growth %v", c.name, got.GrowthPerStep)
		}
	}
}

// Slow growth: the lag, and the growth of every step before it.
func TestGrowthBeforeAnOverflowThroughTime(t *testing.T) {
	if tensor.FloatBits == 64 {
		t.Skip("takes 1751 steps in float64")
	}
	l := recurrentLayer(nn.NewRNN(3, 20, nn.NewIdentity(), last), orthogonal, nn.Init{Name: "zeros"}, 1.5, 1)
	m := nn.NewSequential(l, dense(1, 20, 1, 1))
	one := func(dpred, _ *tensor.Tensor) float64 { dpred.Fill(1); return 1 }
	x := tensor.New(400, 1, 3)
	got := flow.FindNonFinite(nn.NewTrainingPass(), m, x, one)
	if got == nil || got.Where != "rnn_1" || got.Time != 399-got.Lag || !near(got.GrowthPerStep, 1.5, 1e-4) {
		t.Fatalf("%+v", got)
	}
	c := flow.ThroughTime(m, x, flow.TimeOptions{LossOf: one})[0]
	if c.Overflow != got.Lag+1 || !near(c.Growth().PerStage, 1.5, 1e-4) || c.Growth().Left != 0 {
		t.Errorf("overflow at lag %d, growth %+v, found %d", c.Overflow, c.Growth(), got.Lag)
	}
	// Half as many steps say when it will be.
	half := flow.ThroughTime(m, tensor.New(100, 1, 3), flow.TimeOptions{LossOf: one})[0]
	if will := 100 + half.Growth().Left; half.Overflow != -1 || math.Abs(will-float64(c.Overflow)) > 6 {
		t.Errorf("%v steps foretold, %d it was", will, c.Overflow)
	}
}
