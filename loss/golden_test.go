package loss

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// golden is one case of testdata/losses.json, which losses.py made with PyTorch.
type golden struct {
	Loss, Form  string
	Shape       []int
	Pred        []tensor.Float
	TargetShape []int `json:"target_shape"`
	Target      []tensor.Float
	Value       float64
	Grad        []float64
}

func (g golden) pred() *tensor.Tensor   { return tensor.From(g.Pred, g.Shape...) }
func (g golden) target() *tensor.Tensor { return tensor.From(g.Target, g.TargetShape...) }

// eachCase ranges over every loss with every form of target that it takes.
func eachCase(t *testing.T, f func(t *testing.T, l Loss, g golden)) {
	text, err := os.ReadFile("testdata/losses.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range cases {
		l, err := New(g.Loss)
		if err != nil {
			t.Fatal(err)
		}
		seen[g.Loss] = true
		t.Run(g.Loss+"/"+g.Form, func(t *testing.T) { f(t, l, g) })
	}
	for _, name := range Names() {
		if !seen[name] {
			t.Errorf("no case for %s", name)
		}
	}
}

// near allows for the rounding of results that are stored as tensor.Float.
func near(got, want float64) bool {
	tol := 1e-12
	if tensor.FloatBits == 32 {
		tol = 1e-6
	}
	return math.Abs(got-want) <= tol*math.Max(math.Abs(want), 1e-2)
}

func TestAgreesWithPyTorch(t *testing.T) {
	eachCase(t, func(t *testing.T, l Loss, g golden) {
		pred, target := g.pred(), g.target()
		if got := l.Forward(pred, target); !near(got, g.Value) {
			t.Errorf("loss %v, PyTorch has %v", got, g.Value)
		}
		d := tensor.New(g.Shape...)
		d.Fill(tensor.Float(math.NaN())) // contents before are unspecified
		l.Backward(d, pred, target)
		for i, v := range d.Data {
			if !near(float64(v), g.Grad[i]) {
				t.Errorf("gradient %d is %v, PyTorch has %v", i, v, g.Grad[i])
			}
		}
	})
}

func TestFiniteDifferences(t *testing.T) {
	h, tol := 1e-5, 1e-6
	if tensor.FloatBits == 32 {
		h, tol = 1.0/1024, 1e-3 // a step that float32 holds exactly
	}
	eachCase(t, func(t *testing.T, l Loss, g golden) {
		if g.Form == "logits of 1000" {
			t.Skip("the step would drown")
		}
		pred, target := g.pred(), g.target()
		d := tensor.New(g.Shape...)
		l.Backward(d, pred, target)
		for i, v := range pred.Data {
			pred.Data[i] = v + tensor.Float(h)
			up := l.Forward(pred, target)
			pred.Data[i] = v - tensor.Float(h)
			down := l.Forward(pred, target)
			pred.Data[i] = v
			want, got := (up-down)/(2*h), float64(d.Data[i])
			if math.Abs(got-want) > tol*math.Max(math.Abs(want), 0.1) {
				t.Errorf("gradient %d is %v, finite differences give %v", i, got, want)
			}
		}
	})
}

func TestAllocatesNothing(t *testing.T) {
	eachCase(t, func(t *testing.T, l Loss, g golden) {
		pred, target, d := g.pred(), g.target(), tensor.New(g.Shape...)
		if n := testing.AllocsPerRun(10, func() {
			l.Forward(pred, target)
			l.Backward(d, pred, target)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestNaNReachesLossAndGradient(t *testing.T) {
	eachCase(t, func(t *testing.T, l Loss, g golden) {
		pred, target, d := g.pred(), g.target(), tensor.New(g.Shape...)
		pred.Data[0] = tensor.Float(math.NaN())
		l.Backward(d, pred, target)
		if got := l.Forward(pred, target); !math.IsNaN(got) || d.Data[0] == d.Data[0] {
			t.Errorf("NaN in pred: loss %v, gradient %v", got, d.Data[0])
		}
	})
}

func TestCheckAcceptsWhatTrains(t *testing.T) {
	eachCase(t, func(t *testing.T, l Loss, g golden) {
		if g.Form == "unnormalized" {
			t.Skip("not probabilities")
		}
		if err := Check(l, g.Shape, g.target()); err != nil {
			t.Error(err)
		}
	})
}
