package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// apply returns φ(z) and φ′(z).
func apply(l nn.Layer, z float64) (h, slope float64) {
	p := &nn.Pass{Record: true, WantInput: true}
	p.Reset()
	h = float64(l.Forward(p, tensor.From([]tensor.Float{tensor.Float(z)}, 1, 1)).Data[0])
	return h, float64(l.Backward(p, tensor.From([]tensor.Float{1}, 1, 1)).Data[0])
}

// Far from zero every activation has the value and slope of its limit, without
// an overflow on the way, and NaN comes out as NaN.
func TestActivationLimits(t *testing.T) {
	inf := math.Inf(1)
	type limit struct{ h, slope float64 }
	limits := map[string]struct{ down, up limit }{ // up's h is that of z = 1e4; inf stands for z itself
		"sigmoid":      {limit{0, 0}, limit{1, 0}},
		"tanh":         {limit{-1, 0}, limit{1, 0}},
		"relu":         {limit{0, 0}, limit{inf, 1}},
		"leaky_relu":   {limit{-100, 0.01}, limit{inf, 1}},
		"elu":          {limit{-1, 0}, limit{inf, 1}},
		"selu":         {limit{-1.7580993408473766, 0}, limit{10507.009873554805, 1.0507009873554805}},
		"gelu":         {limit{0, 0}, limit{inf, 1}},
		"softplus":     {limit{0, 0}, limit{inf, 1}},
		"hard_sigmoid": {limit{0, 0}, limit{1, 0}},
		"step":         {limit{0, 0}, limit{1, 0}},
		"softmax":      {limit{1, 0}, limit{1, 0}},
		"identity":     {limit{-1e4, 1}, limit{inf, 1}},
		"linear":       {limit{-1e4, 1}, limit{inf, 1}},
		"exponential":  {limit{0, 0}, limit{-1, -1}}, // eˣ itself overflows
	}
	same := func(got, want float64) bool { return math.Abs(got-want) <= 1e-6*max(1, math.Abs(want)) }
	for _, name := range nn.ActivationNames() {
		want, ok := limits[name]
		if !ok {
			t.Errorf("%s: no limits in this table", name)
			continue
		}
		l, err := nn.NewActivation(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if h, s := apply(l, -1e4); !same(h, want.down.h) || !same(s, want.down.slope) {
			t.Errorf("%s(-1e4) = %v with slope %v, want %v and %v", name, h, s, want.down.h, want.down.slope)
		}
		if want.up.h == inf {
			want.up.h = 1e4
		}
		if h, s := apply(l, 1e4); name != "exponential" && (!same(h, want.up.h) || !same(s, want.up.slope)) {
			t.Errorf("%s(1e4) = %v with slope %v, want %v and %v", name, h, s, want.up.h, want.up.slope)
		}
		if h, _ := apply(l, math.NaN()); !math.IsNaN(h) {
			t.Errorf("%s(NaN) = %v, want NaN", name, h)
		}
		for _, z := range []float64{math.Inf(-1), inf} {
			if h, s := apply(l, z); name != "softmax" && name != "exponential" && (math.IsNaN(h) || math.IsNaN(s)) {
				t.Errorf("%s(%v) = %v with slope %v, want no NaN", name, z, h, s)
			}
		}
	}
}

// The bound of an activation is the largest slope there is: nothing on a fine
// grid exceeds it, and the grid comes as close to it as it can.
func TestActivationBounds(t *testing.T) {
	for _, name := range nn.ActivationNames() {
		l, err := nn.NewActivation(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if name == "exponential" || name == "softmax" {
			continue
		}
		z := tensor.New(20*512*2 + 1)
		for i := range z.Data {
			z.Data[i] = tensor.Float(i)/512 - 20
		}
		dh := z.Clone()
		dh.Fill(1)
		p := &nn.Pass{Record: true, WantInput: true}
		p.Reset()
		l.Forward(p, z)
		bound, largest := l.(nn.Bounder).GainBound(), 0.0
		for _, s := range l.Backward(p, dh).Data {
			largest = max(largest, math.Abs(float64(s)))
		}
		if largest > bound*(1+1e-6) || largest < bound*(1-1e-5) {
			t.Errorf("%s: largest slope %v, bound %v", name, largest, bound)
		}
	}
	if b := nn.NewExponential().GainBound(); !math.IsInf(b, 1) {
		t.Errorf("exponential: bound %v, want +Inf", b)
	}
	if b := nn.NewLinear(-10).GainBound(); b != 10 {
		t.Errorf("linear(-10): bound %v, want 10", b)
	}
	if b := nn.NewLeakyReLU(-2).GainBound(); b != 2 {
		t.Errorf("leaky_relu(-2): bound %v, want 2", b)
	}
}

// A softmax of one unit is the constant 1: no gradient passes, and the bound
// says so once the layer has seen it.
func TestSoftmaxOfOneUnit(t *testing.T) {
	l := nn.NewSoftmax()
	if b := l.GainBound(); b != 0.5 {
		t.Errorf("bound %v before any pass, want 0.5", b)
	}
	if h, s := apply(l, 3.7); h != 1 || s != 0 {
		t.Errorf("softmax of one unit is %v with slope %v, want exactly 1 and 0", h, s)
	}
	if b := l.GainBound(); b != 0 {
		t.Errorf("bound %v, want 0", b)
	}
}

func TestNewActivationUnknown(t *testing.T) {
	_, err := nn.NewActivation("sigmiod", 0)
	if err == nil || !strings.Contains(err.Error(), `"sigmiod"`) || !strings.Contains(err.Error(), "sigmoid") {
		t.Errorf("error %v, want the unknown name and the known ones", err)
	}
}
