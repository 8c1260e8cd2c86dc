package data

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

const (
	spiralSamples = 400 // default number of points, both spirals together
	spiralTurns   = 1.5
	spiralNoise   = 0.02
)

// TwoSpirals returns points of two spirals that wind 1.5 times around each
// other: at the share s of its way out a point has the radius s and the angle
// 3π·s, turned by π for the second class, plus normal noise of deviation 0.02.
// The classes alternate. Samples 0 means 400. After Lang and Witbrock, Learning
// to tell two spirals apart, 1988.
func TwoSpirals(samples int, seed uint64) (*Dataset, error) {
	if samples == 0 {
		samples = spiralSamples
	}
	if samples < 2 || samples > maxSamples {
		return nil, fmt.Errorf("samples: got %d, expected 2 to %d", samples, maxSamples)
	}
	d := points("two_spirals", samples)
	rng := tensor.NewRNG(seed, generateStream)
	for i := range samples {
		class := i % 2
		s := math.Sqrt(rng.Float64()) // even along the curve, not crowded inside
		angle := 2*math.Pi*spiralTurns*s + math.Pi*float64(class)
		d.X.Row(i)[0] = tensor.Float(s*math.Cos(angle) + spiralNoise*rng.Normal())
		d.X.Row(i)[1] = tensor.Float(s*math.Sin(angle) + spiralNoise*rng.Normal())
		d.Y.Data[i] = tensor.Float(class)
	}
	return d, nil
}

// xor returns the truth table of exclusive or.
func xor() *Dataset {
	d := points("xor", 4)
	copy(d.X.Data, []tensor.Float{0, 0, 0, 1, 1, 0, 1, 1})
	copy(d.Y.Data, []tensor.Float{0, 1, 1, 0})
	return d
}

// points returns an empty set of two features and the classes 0 and 1.
func points(name string, n int) *Dataset {
	return &Dataset{
		Name: name, Task: Classification,
		X: tensor.New(n, 2), Y: tensor.New(n),
		Features: []string{"x", "y"}, Targets: []string{"label"}, Classes: []string{"0", "1"},
	}
}

// generated gives a generated set the task that was asked for.
func generated(d *Dataset, opt Options) (*Dataset, *Schema, error) {
	if opt.Target != d.Targets[0] {
		return nil, nil, fmt.Errorf("%s: no target %q: it is called %q", d.Name, spelling.Clip(opt.Target), d.Targets[0])
	}
	if opt.Task == AsRegression {
		d.Task, d.Classes = Regression, nil
		d.Y = tensor.From(d.Y.Data, append(append([]int(nil), d.Y.Shape()...), 1)...)
	}
	if opt.Task == AsClassification && d.Task == Regression {
		return nil, nil, fmt.Errorf("%s: its target %q is a number, and the task is a classification", d.Name, d.Targets[0])
	}
	position := len(d.Features)
	if d.Layout != Rows {
		position = -1
	}
	return d, schemaOf(d, position), nil
}
