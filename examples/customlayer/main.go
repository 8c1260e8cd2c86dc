// Command customlayer trains a network with a layer that is not part of Ebb and
// measures the error that flows back through it.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/flow"
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
	spirals, _, _, err := data.Open(data.Source{Path: "two_spirals"}, data.Options{Seed: 1})
	if err != nil {
		return err
	}
	data.FitScaler(spirals, true).Apply(spirals)

	model := nn.NewSequential(
		nn.NewDense(2, 32), NewSwish(32),
		nn.NewDense(32, 32), NewSwish(32),
		nn.NewDense(32, 2),
	)
	nn.Initialize(model, tensor.NewRNG(1, 0))
	stepper := train.NewStepper(model, loss.CrossEntropy{}, optim.New(optim.NewAdam(), model.Params()))
	probe := flow.NewRecorder(model)
	stepper.Pass.Probe = probe

	batches, err := data.NewBatcher(spirals, 40, 1)
	if err != nil {
		return err
	}
	for range 150 { // epochs
		probe.Reset()
		for {
			x, y, ok := batches.Next()
			if !ok {
				break
			}
			if _, err := stepper.Step(x, y, 0.01); err != nil {
				return err
			}
		}
	}
	m, err := train.Evaluate(model, stepper.Loss, spirals, 0, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "two spirals: accuracy %.1f %%\n\n", 100**m.Accuracy)

	report := probe.Mean() // of the last epoch
	report.SetBounds(flow.Bounds(model))
	return flow.Table(out, report, nil)
}
