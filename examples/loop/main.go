// Command loop trains on the handwritten digits with a loop that is written by
// hand: everything that happens in a training step is in sight. Package train
// does the same with checkpoints, metrics and early stopping.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	const seed = 1
	all, _, _, err := data.Open(data.Source{Path: "digits"}, data.Options{})
	if err != nil {
		return err
	}
	training, held, err := data.Split(all, 0.2, seed)
	if err != nil {
		return err
	}
	scaler := data.FitScaler(training, true) // from the training rows alone
	scaler.Apply(training)
	scaler.Apply(held)

	model := nn.NewSequential(nn.NewDense(64, 64), nn.NewReLU(), nn.NewDense(64, 10))
	nn.Initialize(model, tensor.NewRNG(seed, 0))
	params := model.Params()
	objective := loss.CrossEntropy{}
	optimizer := optim.New(optim.NewAdam(), params)
	batches, err := data.NewBatcher(training, 32, seed)
	if err != nil {
		return err
	}

	pass := nn.NewTrainingPass() // the memory of a step, used again by the next
	for epoch := range 20 {
		sum, n := 0.0, 0
		for {
			x, y, ok := batches.Next()
			if !ok {
				break
			}
			pass.Reset()
			nn.ZeroGrad(params)
			logits := model.Forward(pass, x)
			sum += objective.Forward(logits, y)
			n++
			dlogits := pass.Arena.Like(logits) // ∂J/∂logits
			objective.Backward(dlogits, logits, y)
			model.Backward(pass, dlogits) // backpropagation: fills every Grad
			optim.ClipNorm(params, 1)
			optimizer.Step(0.001) // the optimizer: turns gradients into updates
			pass.Step++
		}
		if (epoch+1)%5 == 0 {
			fmt.Fprintf(out, "epoch %2d  loss %.3f\n", epoch+1, sum/float64(n))
		}
	}
	m, err := train.Evaluate(model, objective, held, 0, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "held out: %d digits, accuracy %.1f %%\n", m.Rows, 100**m.Accuracy)
	return nil
}
