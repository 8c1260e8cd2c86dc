package gradcheck

import (
	"fmt"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Options tells how a layer is run. The zero value checks inference.
type Options struct {
	Train       bool   // run the layer as in training
	Step        uint64 // the pass's Step: which elements dropout drops
	Seed        uint64 // of the random weights of the outputs in J
	NoInputGrad bool   // the input has no gradient (ids): Backward must return nil
	Lengths     []int  // of the sequences of x, [T, B, ...]; nil where all have T steps
}

// Entry is the comparison for one tensor.
type Entry struct {
	Name string // "input", or the parameter's name

	// Error is the largest difference between the two gradients over the
	// elements, divided by the largest gradient of either kind; by gradientFloor
	// where all gradients are smaller. It is +Inf where either is not finite.
	Error float64

	// The element of the largest difference, and both gradients there.
	Index                int
	Backward, Difference float64
}

// gradientFloor keeps the rounding of a difference from counting as an error
// where the gradient is zero. J's weights are standard normal numbers, so
// gradients that matter are of order 1.
const gradientFloor = 1e-3

func (e Entry) String() string {
	return fmt.Sprintf("%s: error %.3g (element %d: backward %.9g, finite difference %.9g)", e.Name, e.Error, e.Index, e.Backward, e.Difference)
}

// Report has one entry for the input and one for each trained parameter.
type Report []Entry

// Max returns the largest error.
func (r Report) Max() float64 {
	m := 0.0
	for _, e := range r {
		m = max(m, e.Error)
	}
	return m
}

func (r Report) String() string {
	lines := make([]string, len(r))
	for i, e := range r {
		lines[i] = e.String()
	}
	return strings.Join(lines, "\n")
}

// difference is the step h: about the cube root of ε, where truncation and
// rounding balance.
func difference() float64 {
	if tensor.FloatBits == 32 {
		return 1e-2
	}
	return 1e-5
}

// Layer checks the gradients of l at the input x: J = Σ r·y with fixed random
// weights r for the outputs y, so that no error can hide behind another. x and
// the parameters are changed on the way and restored; gradients are overwritten.
//
// The error says what makes a comparison impossible: a gradient that is missing
// or of the wrong shape.
func Layer(l nn.Layer, x *tensor.Tensor, o Options) (Report, error) {
	p := &nn.Pass{Train: o.Train, Record: true, WantInput: true, Step: o.Step, Lengths: o.Lengths}
	p.Reset()
	params := l.Params()
	nn.ZeroGrad(params)

	y := l.Forward(p, x)
	r := tensor.New(y.Shape()...)
	rng := tensor.NewRNG(o.Seed, 0)
	for i := range r.Data {
		r.Data[i] = tensor.Float(rng.Normal())
	}
	dx := l.Backward(p, r)
	switch {
	case o.NoInputGrad && dx != nil:
		return nil, fmt.Errorf("backward returned a gradient of shape %s for an input that has none", dx.ShapeString())
	case !o.NoInputGrad && dx == nil:
		return nil, fmt.Errorf("backward returned no gradient for the input of shape %s", x.ShapeString())
	case dx != nil && !dx.SameShape(x):
		return nil, fmt.Errorf("backward returned a gradient of shape %s for an input of shape %s", dx.ShapeString(), x.ShapeString())
	}
	var input *tensor.Tensor
	if dx != nil {
		input = dx.Clone() // the arena is used again below
	}

	// Nothing is recorded from here on, so running statistics stay where they
	// are and every evaluation is of the same function.
	p.Record = false
	j := func() float64 {
		p.Reset()
		sum := 0.0
		for i, v := range l.Forward(p, x).Data {
			sum += float64(v) * float64(r.Data[i])
		}
		return sum
	}
	var report Report
	if input != nil {
		report = append(report, Values("input", j, x.Data, input.Data))
	}
	for _, q := range params {
		if q.Grad == nil {
			continue
		}
		if !q.Grad.SameShape(q.Value) {
			return nil, fmt.Errorf("parameter %s: gradient of shape %s for a value of shape %s", q.Name, q.Grad.ShapeString(), q.Value.ShapeString())
		}
		report = append(report, Values(q.Name, j, q.Value.Data, q.Grad.Data))
	}
	return report, nil
}

// Values compares grad with the finite differences of j in each element of v.
// The elements are changed one at a time, and restored.
func Values(name string, j func() float64, v, grad []tensor.Float) Entry {
	e := Entry{Name: name}
	h := tensor.Float(difference())
	scale, worst := gradientFloor, -1.0
	for i, at := range v {
		v[i] = at + h
		up, hi := j(), v[i]
		v[i] = at - h
		down, lo := j(), v[i]
		v[i] = at
		want := (up - down) / (float64(hi) - float64(lo)) // the step that rounding left
		got := float64(grad[i])
		d := math.Abs(got - want)
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return Entry{name, math.Inf(1), i, got, want}
		}
		scale = max(scale, math.Abs(got), math.Abs(want))
		if d > worst {
			worst, e.Index, e.Backward, e.Difference = d, i, got, want
		}
	}
	e.Error = max(worst, 0) / scale
	return e
}
