package data

import "github.com/ebb-ml/ebb/tensor"

// addingTask is made by [Adding].
var addingTask = sequenceTask{
	name: "adding", shortest: 2, features: []string{"value", "marker"}, target: "sum",
	fill: func(rng *tensor.RNG, _, length int, x, y []tensor.Float) {
		for t := range length {
			x[2*t] = tensor.Float(rng.Float64())
		}
		first, second := rng.IntN(length/2), length/2+rng.IntN(length-length/2)
		x[2*first+1], x[2*second+1] = 1, 1
		y[0] = x[2*first] + x[2*second]
	},
}

// Adding returns the adding problem (Hochreiter and Schmidhuber, Long short-term
// memory, 1997, in the form of Le, Jaitly and Hinton 2015): X is [samples,
// length, 2], at each step a value from [0, 1) and a marker, which is 1 at one
// step of the first half and at one of the second, else 0; Y, [samples, 1], is
// the sum of the two marked values.
//
// Who always answers 1 has a mean squared error of 1/6 = 0.167: anything below
// has remembered the first value. Length is at least 2 (0 is 50), samples 0 is
// 2000; the seed alone decides the examples.
func Adding(length, samples int, seed uint64) (*Dataset, error) {
	return addingTask.generate(length, samples, seed)
}
