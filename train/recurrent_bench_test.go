package train_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// BenchmarkRecurrent is a training step of the recurrent layers with Adam: 64
// sequences of 32 features, 128 hidden units, and a dense layer of one unit on
// the last state:
//
//	go test -run - -bench Recurrent/lstm/T100 ./train
func BenchmarkRecurrent(b *testing.B) {
	const in, hidden, batch = 32, 128, 64
	for _, kind := range []struct {
		name  string
		layer func(c nn.RecurrentConfig) *nn.Recurrent
	}{
		{"lstm", func(c nn.RecurrentConfig) *nn.Recurrent { return nn.NewLSTM(in, hidden, c) }},
		{"gru", func(c nn.RecurrentConfig) *nn.Recurrent { return nn.NewGRU(in, hidden, c) }},
		{"rnn", func(c nn.RecurrentConfig) *nn.Recurrent { return nn.NewRNN(in, hidden, nn.NewTanh(), c) }},
		{"lstm2x2", func(c nn.RecurrentConfig) *nn.Recurrent {
			c.Layers, c.Bidirectional = 2, true
			return nn.NewLSTM(in, hidden, c)
		}},
	} {
		for _, steps := range []int{10, 100, 1000} {
			if kind.name == "lstm2x2" && steps != 100 {
				continue
			}
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/T%d-H%d-in%d-B%d/threads%d", kind.name, steps, hidden, in, batch, threads), func(b *testing.B) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
					layer := kind.layer(nn.RecurrentConfig{Last: true})
					s := newRecurrentStepper(layer)
					x, y := tensor.New(steps, batch, in), tensor.New(batch, 1)
					rng := tensor.NewRNG(2, 1)
					for _, v := range [][]tensor.Float{x.Data, y.Data} {
						for i := range v {
							v[i] = tensor.Float(rng.Normal())
						}
					}
					step := func() {
						if _, err := s.Step(x, y, 1e-4); err != nil {
							b.Fatal(err)
						}
					}
					step()
					b.ReportAllocs()
					for b.Loop() {
						step()
					}
				})
			}
		}
	}
}

// newRecurrentStepper trains a layer and a dense one on its last state, with
// weights as PyTorch draws them.
func newRecurrentStepper(layer *nn.Recurrent) *train.Stepper {
	model := nn.NewSequential(layer, nn.NewDense(layer.Out(), 1))
	rng := tensor.NewRNG(1, 1)
	bound := 1 / math.Sqrt(float64(layer.Hidden()))
	for _, p := range model.Params() {
		for i := range p.Value.Data {
			p.Value.Data[i] = tensor.Float((2*rng.Float64() - 1) * bound)
		}
	}
	return train.NewStepper(model, loss.MSE{}, optim.New(optim.NewAdam(), model.Params()))
}
