package train_test

import (
	"runtime"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// faulty is a rule with a mistake in it, which any thread may come upon.
type faulty struct{ optim.SGD }

func (faulty) Elementwise() {}

func (faulty) Update(w, _ []tensor.Float, _ [][]tensor.Float, _ int, _ float64) {
	if w[0] == 7 {
		panic("a mistake")
	}
}

// A panic in a part of the update reaches whoever called Step, on any number of
// threads, and the process goes on.
func TestPanicInAnUpdateIsTheCallers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for range 20 {
		model := nn.NewSequential(nn.NewDense(400, 600), nn.NewReLU(), nn.NewDense(600, 3))
		model.Params()[0].Value.Fill(7)
		s := train.NewStepper(model, loss.MSE{}, optim.New(faulty{}, model.Params()))
		x, y := normals(1, 64, 400), normals(2, 64, 3)
		for range 3 {
			func() {
				defer func() {
					if v := recover(); v != "a mistake" {
						t.Errorf("recovered %v", v)
					}
				}()
				_, _ = s.Step(x, y, 0.1)
			}()
		}
		model.Params()[0].Value.Fill(0)
		if _, err := s.Step(x, y, 0.1); err != nil {
			t.Error(err)
		}
	}
}
