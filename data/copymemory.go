package data

import "github.com/ebb-ml/ebb/tensor"

const (
	copySymbols = 8  // different ones
	copyCount   = 10 // to remember
	copyBlank   = copySymbols
	copyGo      = copySymbols + 1
)

// copyTask is made by [CopyMemory].
var copyTask = sequenceTask{
	name: "copy", shortest: 1, extra: 2 * copyCount, target: "symbol", perStep: true,
	features: []string{"0", "1", "2", "3", "4", "5", "6", "7", "blank", "go"},
	classes:  []string{"0", "1", "2", "3", "4", "5", "6", "7", "blank"},
	fill: func(rng *tensor.RNG, _, length int, x, y []tensor.Float) {
		const width = copySymbols + 2
		recall := copyCount + length // the first step to answer at
		for t := range recall + copyCount {
			symbol := copyBlank
			switch {
			case t < copyCount:
				symbol = rng.IntN(copySymbols)
				y[recall+t] = tensor.Float(symbol)
			case t == recall-1:
				symbol = copyGo
			}
			x[width*t+symbol] = 1
			if t < recall {
				y[t] = copyBlank
			}
		}
	},
}

// CopyMemory returns the copy problem (Hochreiter and Schmidhuber 1997, in the
// form of Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks,
// 2016): X is [samples, length+20, 10], a symbol at each step, one-hot: 10 symbols
// out of 8, length−1 blanks, the sign to go, 10 blanks. Y, [samples, length+20], is
// a class at each step: blank up to the sign, and then the 10 symbols in their
// order.
//
// Who gives the blanks and guesses the symbols has a cross entropy of
// 10·ln 8 / (length+20). Length is at least 1 (0 is 50), samples 0 is 2000; the
// seed alone decides the examples.
func CopyMemory(length, samples int, seed uint64) (*Dataset, error) {
	return copyTask.generate(length, samples, seed)
}
