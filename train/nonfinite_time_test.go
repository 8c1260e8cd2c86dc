package train_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// A relu network that triples its state overflows where 3^t leaves the range of
// the numbers, and the error says so: at what time, and how fast it grew.
func TestOverflowThroughTime(t *testing.T) {
	if tensor.FloatBits == 64 {
		t.Skip("in float64 the square of a norm overflows before the values do")
	}
	want := int(math.Log(math.MaxFloat32) / math.Log(3)) // h after step t is between 3^t and 1.5·3^t
	for _, last := range []bool{true, false} {
		m := nn.NewSequential(nn.NewRNN(1, 1, nn.NewReLU(), nn.RecurrentConfig{Last: last}), nn.NewDense(1, 1))
		m.Params()[0].Value.Data[0], m.Params()[1].Value.Data[0] = 1, 3
		s := train.NewStepper(m, loss.MSE{}, optim.New(rule(t, "sgd"), m.Params()))
		x, y := tensor.New(want+50, 2, 1), tensor.New(2, 1)
		x.Fill(1)
		if !last {
			y = tensor.New(want+50, 2, 1)
		}
		_, err := s.Step(x, y, 0.1)
		var e *train.NonFiniteError
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		if e.Phase != train.PhaseForward || e.Time < want-1 || e.Time > want+1 || e.Lag != e.Time || math.Abs(e.GrowthPerTimeStep-3) > 0.03 {
			t.Errorf("last %v: %+v, expected time %d and a growth of 3", last, e, want)
		}
		if !strings.Contains(err.Error(), "time steps on), after it grew 3") {
			t.Errorf("got %v", err)
		}
	}
	// Nothing goes in: the states are 0, and the gradient grows on its way back.
	m := nn.NewSequential(nn.NewRNN(1, 2, nn.NewIdentity(), nn.RecurrentConfig{Last: true}), nn.NewDense(2, 1))
	m.Params()[1].Value.Data[0], m.Params()[1].Value.Data[3] = 3, 3
	m.Params()[4].Value.Fill(1)
	s := train.NewStepper(m, loss.MSE{}, optim.New(rule(t, "sgd"), m.Params()))
	y := tensor.New(2, 1)
	y.Fill(1)
	_, err := s.Step(tensor.New(want+50, 2, 1), y, 0.1)
	var e *train.NonFiniteError
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
	if e.Phase != train.PhaseBackward || e.Lag < want-2 || e.Lag > want+2 || e.Time != want+50-1-e.Lag || math.Abs(e.GrowthPerTimeStep-3) > 1e-3 {
		t.Errorf("%+v, expected a lag of about %d", e, want)
	}
}
