package nn_test

import (
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// A state that goes through its names, into another model of the same layers,
// goes on with the same bits; and a copy of a state is one of its own.
func TestCarriedState(t *testing.T) {
	make := func() *nn.Sequential {
		m := nn.NewSequential(nn.NewDense(3, 4), nn.NewLSTM(4, 5, nn.RecurrentConfig{Layers: 2}), nn.NewResidual(nn.NewGRU(5, 5, nn.RecurrentConfig{})))
		nn.Initialize(m, tensor.NewRNG(1, 1))
		return m
	}
	m := make()
	x := sequence(1, 4, 2, 3)
	p := &nn.Pass{State: nn.NewState()}
	if got := p.State.Carried(m); got != nil {
		t.Errorf("a state of zeros carries %v", got)
	}
	m.Forward(p, x)
	carried := p.State.Carried(m)
	names := ""
	for _, c := range carried {
		names += c.Name + c.Value.ShapeString() + " "
	}
	if want := "1.hidden_l0[2, 5] 1.cell_l0[2, 5] 1.hidden_l1[2, 5] 1.cell_l1[2, 5] 2.0.hidden_l0[2, 5] "; names != want {
		t.Errorf("carried %s, expected %s", names, want)
	}
	copied := nn.NewState()
	copied.CopyFrom(p.State)
	want := m.Forward(p, x).Clone()

	other := make()
	q := &nn.Pass{State: nn.NewState()}
	if err := q.State.SetCarried(other, carried); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "after SetCarried", want.Data, other.Forward(q, x).Data)
	mustEqual(t, "after CopyFrom", want.Data, m.Forward(&nn.Pass{State: copied}, x).Data)

	if err := q.State.SetCarried(other, carried[1:]); err == nil {
		t.Error("no error without the first state")
	}
	carried[1].Value = tensor.New(1, 5)
	if err := q.State.SetCarried(other, carried); err == nil {
		t.Error("no error for a cell of another shape")
	}
	if err := q.State.SetCarried(other, nil); err != nil || q.State.Carried(other) != nil {
		t.Errorf("nothing carried: %v, %v", err, q.State.Carried(other))
	}
}
