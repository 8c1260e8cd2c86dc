package data

import "github.com/ebb-ml/ebb/tensor"

// temporalOrderTask is made by [TemporalOrder].
var temporalOrderTask = sequenceTask{
	name: "temporal_order", shortest: 10, target: "order",
	features: []string{"A", "B", "c", "d", "e", "f"},
	classes:  []string{"AA", "AB", "BA", "BB"},
	fill: func(rng *tensor.RNG, i, length int, x, y []tensor.Float) {
		class := i % 4
		p0, p1 := between(rng, length/10, 2*length/10), between(rng, 5*length/10, 6*length/10)
		for t := range length {
			symbol := 2 + rng.IntN(4)
			switch t {
			case p0:
				symbol = class / 2
			case p1:
				symbol = class % 2
			}
			x[6*t+symbol] = 1
		}
		y[0] = tensor.Float(class)
	},
}

// between returns a number from lo..hi-1.
func between(rng *tensor.RNG, lo, hi int) int { return lo + rng.IntN(hi-lo) }

// TemporalOrder returns the temporal order problem (Hochreiter and Schmidhuber
// 1997, task 6a, with the positions of Pascanu, Mikolov and Bengio 2013): X is
// [samples, length, 6], a symbol at each step, one-hot. Two of the symbols are
// an A or a B each, the first at a step from [0.1·length, 0.2·length), the
// second from [0.5·length, 0.6·length); the others are c, d, e or f and mean
// nothing. Y, [samples], is the class of the two in their order: AA, AB, BA, BB.
//
// The classes take turns, so all are equally frequent: chance is 25 %, a cross
// entropy of ln 4 = 1.386. Length is at least 10 (0 is 50), samples 0 is 2000;
// the seed alone decides the examples.
func TemporalOrder(length, samples int, seed uint64) (*Dataset, error) {
	return temporalOrderTask.generate(length, samples, seed)
}
