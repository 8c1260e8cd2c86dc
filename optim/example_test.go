package optim_test

import (
	"fmt"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// descend makes two steps of rate 0.1 from w = 1 on J = w², whose gradient is 2w.
func descend(rule optim.Rule) {
	w := nn.NewParam("weight", 1)
	w.Value.Fill(1)
	o := optim.New(rule, []*nn.Param{w})
	for range 2 {
		w.Grad.Data[0] = 2 * w.Value.Data[0]
		o.Step(0.1)
		fmt.Printf("%.4f ", w.Value.Data[0])
	}
	fmt.Println(rule.Slots())
}

func ExampleNew() {
	w := nn.NewParam("weight", 2)
	o := optim.New(optim.NewSGD(), []*nn.Param{w})
	copy(w.Grad.Data, []tensor.Float{1, -2})
	o.Step(0.5)
	fmt.Println(w.Value.Data, o.Steps())
	// Output: [-0.5 1] 1
}

func ExampleNewSGD() {
	descend(optim.NewSGD())
	descend(optim.SGD{Momentum: 0.9})
	descend(optim.SGD{Momentum: 0.9, Nesterov: true})
	// Output:
	// 0.8000 0.6400 []
	// 0.8000 0.4600 [momentum_buffer]
	// 0.6200 0.2224 [momentum_buffer]
}

func ExampleNewAdagrad() {
	descend(optim.NewAdagrad())
	// Output: 0.9000 0.8331 [sum]
}

func ExampleNewRMSprop() {
	descend(optim.NewRMSprop())
	// Output: 0.0000 -0.0000 [square_avg]
}

func ExampleNewAdam() {
	descend(optim.NewAdam())
	// Output: 0.9000 0.8004 [exp_avg exp_avg_sq]
}

func ExampleNewAdamW() {
	descend(optim.NewAdamW())
	// Output: 0.8990 0.7985 [exp_avg exp_avg_sq]
}

func ExampleClipNorm() {
	w := nn.NewParam("weight", 2)
	copy(w.Grad.Data, []tensor.Float{3, 4})
	before := optim.ClipNorm([]*nn.Param{w}, 1)
	fmt.Printf("%.1f %.2f\n", before, w.Grad.Data)
	// Output: 5.0 [0.60 0.80]
}

func ExampleClipValue() {
	w := nn.NewParam("weight", 3)
	copy(w.Grad.Data, []tensor.Float{3, -4, 0.5})
	optim.ClipValue([]*nn.Param{w}, 1)
	fmt.Println(w.Grad.Data)
	// Output: [1 -1 0.5]
}

func ExampleStepDecay() {
	s := optim.StepDecay{Every: 2, Gamma: 0.1}
	for epoch := range 5 {
		fmt.Printf("%.2f ", s.Factor(optim.Progress{Epoch: epoch}))
	}
	// Output: 1.00 1.00 0.10 0.10 0.01
}

func ExampleCosine() {
	for epoch := range 5 {
		fmt.Printf("%.2f ", optim.Cosine{}.Factor(optim.Progress{Epoch: epoch, Epochs: 4}))
	}
	// Output: 1.00 0.85 0.50 0.15 0.00
}

func ExampleWarmUp() {
	s := optim.WarmUp{Steps: 4, Then: optim.Constant{}}
	for step := range 6 {
		fmt.Print(s.Factor(optim.Progress{Step: step}), " ")
	}
	// Output: 0.25 0.5 0.75 1 1 1
}

func ExampleNewPlateau() {
	s := optim.NewPlateau()
	s.Patience = 1
	for _, loss := range []float64{0.9, 0.8, 0.8, 0.8, 0.8} {
		s.Observe(loss)
		fmt.Printf("%.1f ", s.Factor(optim.Progress{}))
	}
	// Output: 1.0 1.0 1.0 0.1 0.1
}

func ExampleOptimizer_DrownedShare() {
	w := nn.NewParam("weight", 4)
	copy(w.Grad.Data, []tensor.Float{0, 1e-12, 1e-4, 1})
	o := optim.New(optim.NewAdam(), []*nn.Param{w})
	o.Step(0.001)
	fmt.Println(o.DrownedShare())
	// Output: 0.5 true
}

// An update in parts, by gradients that are nowhere stored as a whole.
func ExampleOptimizer_UpdatePart() {
	w := nn.NewParam("weight", 4)
	o := optim.New(optim.NewSGD(), []*nn.Param{w})
	slots := make([][]tensor.Float, len(o.Rule.Slots()))
	if o.Elementwise() { // otherwise only whole parameters will do
		o.Begin()
		o.UpdatePart(0, 0, []tensor.Float{1, 2}, slots, 0.5)
		o.UpdatePart(0, 2, []tensor.Float{3, 4}, slots, 0.5)
	}
	fmt.Println(w.Value.Data)
	// Output: [-0.5 -1 -1.5 -2]
}
