package data

import "github.com/ebb-ml/ebb/tensor"

const (
	latchSteps = 3   // at the start, that tell the class
	latchNoise = 0.2 // standard deviation
)

// latchTask is made by [Latch].
var latchTask = sequenceTask{
	name: "latch", shortest: latchSteps + 1, features: []string{"value"}, target: "class",
	classes: []string{"0", "1"},
	fill: func(rng *tensor.RNG, i, length int, x, y []tensor.Float) {
		class := i % 2
		for t := range length {
			v := latchNoise * rng.Normal()
			if t < latchSteps {
				v += float64(2*class - 1)
			}
			x[t] = tensor.Float(v)
		}
		y[0] = tensor.Float(class)
	},
}

// Latch returns the latching problem (after Bengio, Simard and Frasconi,
// Learning long-term dependencies with gradient descent is difficult, 1994): X
// is [samples, length, 1]; the first 3 steps tell the class of the sequence, −1
// for class 0 and +1 for class 1, and 0 comes after; all steps have normal noise
// of deviation 0.2. Y, [samples], is the class, which the network has to hold
// to the end. (In the paper the first inputs are learned; here they are given.)
//
// The classes take turns: chance is 50 %, a cross entropy of ln 2 = 0.693.
// Length is at least 4 (0 is 50), samples 0 is 2000; the seed alone decides the
// examples.
func Latch(length, samples int, seed uint64) (*Dataset, error) {
	return latchTask.generate(length, samples, seed)
}
