package nn_test

import (
	"fmt"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// show runs a layer forwards on one row and prints the result.
func show(l nn.Layer, x ...tensor.Float) {
	y := l.Forward(&nn.Pass{}, tensor.From(x, 1, len(x)))
	for i, v := range y.Data {
		if i > 0 {
			fmt.Print(" ")
		}
		fmt.Printf("%.4g", v)
	}
	fmt.Println()
}

func ExampleNewSequential() {
	m := nn.NewSequential(nn.NewDense(2, 3), nn.NewTanh(), nn.NewDense(3, 1))
	nn.Initialize(m, tensor.NewRNG(1, 0))
	for _, p := range nn.Named(m) {
		fmt.Println(p.Name, p.Site, p.Value.ShapeString())
	}
	// Output:
	// 0.weight dense_1 [2, 3]
	// 0.bias dense_1 [3]
	// 2.weight dense_2 [3, 1]
	// 2.bias dense_2 [1]
}

func ExampleNewDense() {
	d := nn.NewDense(2, 1)
	copy(d.W.Value.Data, []tensor.Float{3, 4})
	d.B.Value.Data[0] = 0.5
	show(d, 1, 2)
	// Output: 11.5
}

func ExampleNewDenseNoBias() {
	d := nn.NewDenseNoBias(2, 1)
	copy(d.W.Value.Data, []tensor.Float{3, 4})
	show(d, 1, 2)
	// Output: 11
}

func ExampleNewIdentity() {
	show(nn.NewIdentity(), -1, 2)
	// Output: -1 2
}

func ExampleNewLinear() {
	show(nn.NewLinear(10), -1, 2)
	// Output: -10 20
}

func ExampleNewSigmoid() {
	show(nn.NewSigmoid(), 0, 2)
	// Output: 0.5 0.8808
}

func ExampleNewTanh() {
	show(nn.NewTanh(), 0, 1)
	// Output: 0 0.7616
}

func ExampleNewReLU() {
	show(nn.NewReLU(), -1, 2)
	// Output: 0 2
}

func ExampleNewLeakyReLU() {
	show(nn.NewLeakyReLU(0.01), -1, 2)
	// Output: -0.01 2
}

func ExampleNewELU() {
	show(nn.NewELU(), -1, 2)
	// Output: -0.6321 2
}

func ExampleNewSELU() {
	show(nn.NewSELU(), -1, 2)
	// Output: -1.111 2.101
}

func ExampleNewGELU() {
	show(nn.NewGELU(), -1, 2)
	// Output: -0.1587 1.954
}

func ExampleNewSoftplus() {
	show(nn.NewSoftplus(), 0, 2)
	// Output: 0.6931 2.127
}

func ExampleNewHardSigmoid() {
	show(nn.NewHardSigmoid(), 0, 1.5, 4)
	// Output: 0.5 0.75 1
}
func ExampleNewExponential() {
	show(nn.NewExponential(), 0, 1)
	// Output: 1 2.718
}

func ExampleNewStep() {
	show(nn.NewStep(), -1, 0, 2)
	// Output: 0 0 1
}

func ExampleNewSoftmax() {
	show(nn.NewSoftmax(), 0, 0, 1000)
	// Output: 0 0 1
}

func ExampleNewActivation() {
	l, err := nn.NewActivation("leaky_relu", 0.2)
	fmt.Println(nn.KindOf(l), err)
	show(l, -1, 2)
	_, err = nn.NewActivation("swoosh", 0)
	fmt.Println(err != nil)
	// Output:
	// leaky_relu <nil>
	// -0.2 2
	// true
}

func ExampleNewInit() {
	init, err := nn.NewInit("he_uniform", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := nn.NewDense(64, 32)
	init.Apply(d.W.Value, d.In(), d.Out(), tensor.NewRNG(1, 0))
	fmt.Println(init.Name, nn.DefaultInit("selu").Name, nn.DefaultInit("tanh").Name)
	// Output: he_uniform lecun_normal glorot_uniform
}

func ExampleNewBatchNorm() {
	p := nn.NewTrainingPass()
	y := nn.NewBatchNorm(1).Forward(p, tensor.From([]tensor.Float{1, 3}, 2, 1))
	fmt.Printf("%.3f %.3f\n", y.Data[0], y.Data[1])
	// Output: -1.000 1.000
}

func ExampleNewLayerNorm() {
	show(nn.NewLayerNorm(3), 1, 2, 3)
	// Output: -1.225 0 1.225
}

func ExampleNewDropout() {
	p := nn.NewTrainingPass()
	x := tensor.From([]tensor.Float{1, 1, 1, 1, 1, 1}, 1, 6)
	l := nn.NewDropout(0.5, 1)
	a := l.Forward(p, x)
	b := l.Forward(p, x) // the same step drops the same elements
	same := true
	for i := range a.Data {
		same = same && a.Data[i] == b.Data[i] && (a.Data[i] == 0 || a.Data[i] == 2)
	}
	fmt.Println(same)
	show(l, 1, 2) // inference
	// Output:
	// true
	// 1 2
}

func ExampleNewResidual() {
	show(nn.NewResidual(nn.NewLinear(10)), 1, 2)
	// Output: 11 22
}

func ExampleNewParallel() {
	show(nn.NewParallel(nn.NewIdentity(), nn.NewLinear(10)), 1, 2)
	// Output: 1 2 10 20
}

func ExampleNewFlatten() {
	y := nn.NewFlatten().Forward(&nn.Pass{}, tensor.New(5, 2, 3))
	fmt.Println(y.ShapeString())
	// Output: [5, 6]
}

func ExampleNewEmbedding() {
	e := nn.NewEmbedding(3, 2)
	copy(e.W.Value.Data, []tensor.Float{0, 1, 10, 11, 20, 21})
	show(e, 2, 0)
	// Output: 20 21 0 1
}

func ExampleNewParam() {
	p := nn.NewParam("weight", 2, 3)
	fmt.Println(p.Name, p.Value.ShapeString(), p.Grad.ShapeString())
	// Output: weight [2, 3] [2, 3]
}

func ExampleNewTrainingPass() {
	layer := nn.NewLinear(10)
	p := nn.NewTrainingPass()
	p.WantInput = true
	p.Reset()
	y := layer.Forward(p, tensor.From([]tensor.Float{1, 2}, 1, 2))
	dx := layer.Backward(p, tensor.From([]tensor.Float{1, 1}, 1, 2))
	fmt.Println(y.Data, dx.Data)
	// Output: [10 20] [10 10]
}

// The gradients of the weights, a row of dW at a time, which are never stored as
// a whole.
func ExamplePass_Deferred() {
	layer := nn.NewDense(2, 3)
	p := nn.NewTrainingPass()
	p.DeferWeights = true
	p.Reset()
	layer.Forward(p, tensor.From([]tensor.Float{1, 2, 3, 4}, 2, 2))
	p.Backward(layer, tensor.From([]tensor.Float{1, 0, 0, 0, 1, 0}, 2, 3))
	for _, g := range p.Deferred() {
		in, out, _ := g.Size()
		dw := make([]tensor.Float, out)
		for i := range in {
			g.Rows(dw, i, i+1, false)
			fmt.Println(dw)
		}
		db := make([]tensor.Float, out)
		g.AddBias(db)
		fmt.Println(db)
	}
	fmt.Println("stored:", layer.W.Grad.Data)
	// Output:
	// [1 3 0]
	// [2 4 0]
	// [1 1 0]
	// stored: [0 0 0 0 0 0]
}
