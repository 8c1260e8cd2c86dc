package train_test

import (
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// BenchmarkTinyStep is a network so small that nothing but the overhead of a
// step is measured: 2-8-8-1 with tanh, a batch of ten.
func BenchmarkTinyStep(b *testing.B) {
	model := fillNormal(nn.NewSequential(nn.NewDense(2, 8), nn.NewTanh(), nn.NewDense(8, 8), nn.NewTanh(), nn.NewDense(8, 1)), 3)
	s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewSGD(), model.Params()))
	x, y := tensor.New(10, 2), tensor.New(10, 1)
	for i := range x.Data {
		x.Data[i] = tensor.Float(i%7)/7 - 0.5
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Step(x, y, 1e-4); err != nil {
			b.Fatal(err)
		}
	}
}
