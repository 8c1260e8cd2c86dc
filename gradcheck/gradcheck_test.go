package gradcheck_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/gradcheck"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// cube is a layer of one's own: y = w·x³.
type cube struct {
	w     *nn.Param
	x     *tensor.Tensor
	slip  tensor.Float // what Backward's dx is wrong by
	wslip tensor.Float // what Backward's dw is wrong by
	shape []int        // of the gradient that Backward returns, when it is not the input's
	none  bool         // Backward returns nil
}

func newCube() *cube {
	c := &cube{w: nn.NewParam("weight", 1)}
	c.w.Value.Data[0] = 0.5
	return c
}

func (c *cube) Params() []*nn.Param { return []*nn.Param{c.w} }

func (c *cube) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	y := p.Arena.Like(x)
	for i, v := range x.Data {
		y.Data[i] = c.w.Value.Data[0] * v * v * v
	}
	if p.Record {
		c.x = x
	}
	return y
}

func (c *cube) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.Arena.Like(dy)
	for i, d := range dy.Data {
		v := c.x.Data[i]
		c.w.Grad.Data[0] += d * v * v * v * (1 + c.wslip)
		dx.Data[i] = d * 3 * c.w.Value.Data[0] * v * v * (1 + c.slip)
	}
	switch {
	case c.none:
		return nil
	case c.shape != nil:
		return p.Arena.New(c.shape...)
	}
	return dx
}

func ExampleLayer() {
	x := tensor.From([]tensor.Float{0.5, -1, 2}, 1, 3)
	report, err := gradcheck.Layer(newCube(), x, gradcheck.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range report {
		fmt.Println(e.Name, e.Error < 1e-2)
	}
	// Output:
	// input true
	// weight true
}

func ExampleValues() {
	v := []tensor.Float{2, 3}
	product := func() float64 { return float64(v[0]) * float64(v[1]) }
	e := gradcheck.Values("product", product, v, []tensor.Float{3, 2})
	fmt.Println(e.Name, e.Error < 1e-2)
	// Output: product true
}

func input() *tensor.Tensor { return tensor.From([]tensor.Float{0.5, -1, 2, 1.5}, 2, 2) }

// A right layer passes at the sharpness that is promised, and x and the
// parameters are left as they were.
func TestRightGradients(t *testing.T) {
	tolerance := 1e-8
	if tensor.FloatBits == 32 {
		tolerance = 1e-2
	}
	l, x := newCube(), input()
	report, err := gradcheck.Layer(l, x, gradcheck.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if report.Max() > tolerance {
		t.Errorf("errors above %g:\n%v", tolerance, report)
	}
	for i, v := range input().Data {
		if x.Data[i] != v {
			t.Errorf("x[%d] is %v, was %v", i, x.Data[i], v)
		}
	}
	if l.w.Value.Data[0] != 0.5 {
		t.Errorf("w is %v, was 0.5", l.w.Value.Data[0])
	}
}

// Gradients that are wrong by a part in 1e5 (a tenth in float32) are found,
// with the tensor and by how much.
func TestWrongGradients(t *testing.T) {
	slip := 1e-5
	if tensor.FloatBits == 32 {
		slip = 0.1
	}
	for name, l := range map[string]*cube{"input": newCube(), "weight": newCube()} {
		if name == "input" {
			l.slip = tensor.Float(slip)
		} else {
			l.wslip = tensor.Float(slip)
		}
		report, err := gradcheck.Layer(l, input(), gradcheck.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range report {
			found := math.Abs(e.Error-slip) < 0.2*slip
			if found != (e.Name == name) {
				t.Errorf("%s wrong by %g: %v", name, slip, e)
			}
		}
	}
}

// A gradient that is not a number is an error, and not a comparison that is
// always false.
func TestNaNGradient(t *testing.T) {
	l := newCube()
	l.slip = tensor.Float(math.NaN())
	report, err := gradcheck.Layer(l, input(), gradcheck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Max() <= 1 {
		t.Errorf("error %v for a gradient of NaN", report.Max())
	}
}

func TestImpossibleComparisons(t *testing.T) {
	missing, wrong := newCube(), newCube()
	missing.none, wrong.shape = true, []int{4}
	for _, c := range []struct {
		l    *cube
		o    gradcheck.Options
		says string
	}{
		{missing, gradcheck.Options{}, "no gradient"},
		{wrong, gradcheck.Options{}, "[4]"},
		{newCube(), gradcheck.Options{NoInputGrad: true}, "has none"},
	} {
		if _, err := gradcheck.Layer(c.l, input(), c.o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want it to say %q", err, c.says)
		}
	}
}
