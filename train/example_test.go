package train_test

import (
	"context"
	"fmt"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// A loop written by hand: the line through (0, 1), (1, 3) and (2, 5).
func ExampleNewStepper() {
	model := nn.NewDense(1, 1)
	x := tensor.From([]tensor.Float{0, 1, 2}, 3, 1)
	y := tensor.From([]tensor.Float{1, 3, 5}, 3, 1)
	s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewSGD(), model.Params()))
	for range 500 {
		if _, err := s.Step(x, y, 0.1); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.3f·x + %.3f\n", model.W.Value.Data[0], model.B.Value.Data[0])
	// Output: 2.000·x + 1.000
}

// A run that learns exclusive or, and keeps its best state in memory.
func ExampleFit() {
	xor := &data.Dataset{
		Name: "xor", Task: data.Classification, Classes: []string{"equal", "different"},
		X: tensor.From([]tensor.Float{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2),
		Y: tensor.From([]tensor.Float{0, 1, 1, 0}, 4),
	}
	model := nn.NewSequential(nn.NewDense(2, 8), nn.NewTanh(), nn.NewDense(8, 2))
	nn.Initialize(model, tensor.NewRNG(1, 0))
	optimizer := optim.New(optim.NewAdam(), model.Params())
	var best train.State
	result, err := train.Fit(context.Background(), train.Config{
		Model: model, Loss: loss.CrossEntropy{}, Optimizer: optimizer,
		Train: xor, Epochs: 200, LR: 0.05,
		Save: func(kind string, s train.State) error {
			if kind == "best" {
				best = s
			}
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("accuracy", *result.Training.Accuracy, "after", result.Steps, "steps")
	fmt.Println("best epoch", best.Position.Epoch == result.BestEpoch)
	// Output:
	// accuracy 1 after 200 steps
	// best epoch true
}

// Truncated backpropagation on sequences with a target for each step: every 5
// steps are a training step, and the state goes on.
func ExampleStepper_StepBatch() {
	model := nn.NewSequential(nn.NewGRU(1, 8, nn.RecurrentConfig{}), nn.NewDense(8, 1))
	nn.Initialize(model, tensor.NewRNG(1, 0))
	s := train.NewStepper(model, loss.MSE{}, optim.New(optim.NewAdam(), model.Params()))
	s.BPTT = 5
	x := tensor.New(20, 4, 1) // 20 steps of 4 sequences: the sum so far
	y := tensor.New(20, 4, 1)
	rng := tensor.NewRNG(2, 0)
	for i := range x.Data {
		x.Data[i] = tensor.Float(rng.Normal() / 4)
		y.Data[i] = x.Data[i]
		if i >= 4 {
			y.Data[i] += y.Data[i-4]
		}
	}
	for range 200 {
		if _, err := s.StepBatch(data.Batch{X: x, Y: y, Rows: 4, First: true, PerStep: true}, 0.01); err != nil {
			fmt.Println(err)
			return
		}
	}
	pred := tensor.New(20, 4, 1)
	train.NewPredictor(model).PredictSequences(pred, x, nil, nil)
	fmt.Println(s.Pass.Step, "steps; learned:", loss.MSE{}.Forward(pred, y) < 0.05)
	// Output: 800 steps; learned: true
}

func ExamplePredict() {
	model := nn.NewDense(2, 1)
	model.W.Value.Fill(10)
	out := train.Predict(model, tensor.From([]tensor.Float{1, 2, 3, 4}, 2, 2))
	fmt.Println(out.ShapeString(), out.Data)
	// Output: [2, 1] [30 70]
}

// A predictor answers any number of goroutines and allocates nothing.
func ExamplePredictor() {
	model := nn.NewSequential(nn.NewDense(2, 3), nn.NewReLU(), nn.NewDense(3, 1))
	predictor := train.NewPredictor(model)
	out := tensor.New(4, 1)
	predictor.Predict(out, tensor.New(4, 2))
	fmt.Println(out.Shape())
	// Output: [4 1]
}
