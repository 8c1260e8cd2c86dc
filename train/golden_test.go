package train_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// formulaNetwork is network() of testdata/golden.py.
func formulaNetwork(sizes []int) nn.Layer {
	var layers []nn.Layer
	for k := range len(sizes) - 1 {
		d := nn.NewDense(sizes[k], sizes[k+1])
		for i := range d.W.Value.Data {
			f := float64(i)
			d.W.Value.Data[i] = tensor.Float(math.Sin((f+1)*0.37+f*f*0.0013) * math.Sqrt(2/float64(sizes[k])))
		}
		for i := range d.B.Value.Data {
			d.B.Value.Data[i] = tensor.Float(0.01 * math.Cos(float64(i)))
		}
		layers = append(layers, d)
		if k < len(sizes)-2 {
			layers = append(layers, nn.NewReLU())
		}
	}
	return nn.NewSequential(layers...)
}

// formulaBatches is dataset() of testdata/golden.py, cut into batches.
func formulaBatches(rows, features, classes, batch int) (xs, ys []*tensor.Tensor) {
	x, y := make([]tensor.Float, rows*features), make([]tensor.Float, rows)
	for i := range x {
		x[i] = tensor.Float(math.Sin(float64(i+1)*0.731 + float64((i%101)*(i%37))*0.01))
	}
	for i := range y {
		y[i] = tensor.Float((i*7 + i/3) % classes)
	}
	for at := 0; at < rows; at += batch {
		xs = append(xs, tensor.From(x[at*features:(at+batch)*features], batch, features))
		ys = append(ys, tensor.From(y[at:at+batch], batch))
	}
	return xs, ys
}

// TestLossesOfPyTorch trains from the same weights on the same unshuffled
// batches as PyTorch (in float64): 100 losses.
func TestLossesOfPyTorch(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Sizes       []int
		Rows, Batch int
		Rule        string
		LR          float64
		Losses      []float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	tolerance := 1e-4
	if tensor.FloatBits == 64 {
		tolerance = 1e-9
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.Sizes, c.Rule), func(t *testing.T) {
			model := formulaNetwork(c.Sizes)
			xs, ys := formulaBatches(c.Rows, c.Sizes[0], c.Sizes[len(c.Sizes)-1], c.Batch)
			s := train.NewStepper(model, loss.CrossEntropy{}, optim.New(rule(t, c.Rule), model.Params()))
			worst := 0.0
			for step, want := range c.Losses {
				got, err := s.Step(xs[step%len(xs)], ys[step%len(ys)], c.LR)
				if err != nil {
					t.Fatal(err)
				}
				worst = max(worst, math.Abs(got-want)/want)
				if !(math.Abs(got-want) <= tolerance*want) {
					t.Fatalf("step %d: loss %.12g, PyTorch's is %.12g", step, got, want)
				}
			}
			t.Logf("largest relative difference %.2g", worst)
		})
	}
}
