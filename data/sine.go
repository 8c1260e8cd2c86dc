package data

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

const (
	sineWindow = 32
	sinePeriod = 25
	sineNoise  = 0.1
)

// Sine returns windows over a noisy sine, to predict its next value: the series
// is sin(2π·t/25 + φ) plus normal noise of deviation 0.1, φ and the noise drawn
// by the seed; X is [samples, window, 1], in the order of time, and Y, [samples,
// 1], the value after each window.
//
// The noise of the next value can't be predicted: no mean squared error is below
// 0.01, which is an R² of 0.98. Window 0 is 32, samples 0 is 2000.
func Sine(window, samples int, seed uint64) (*Dataset, error) {
	if window == 0 {
		window = sineWindow
	}
	if samples == 0 {
		samples = sequenceSamples
	}
	if window < 1 || window > maxLength {
		return nil, fmt.Errorf("window: got %d, expected 1 to %d past steps", window, maxLength)
	}
	if err := checkSize("sine", window, 1, samples, window); err != nil {
		return nil, err
	}
	rng := tensor.NewRNG(seed, generateStream)
	phase := rng.Uniform(0, 2*math.Pi)
	s := &Series{Name: "sine", Columns: []string{"value"}, Values: tensor.New(samples+window, 1)}
	for t := range s.Values.Data {
		s.Values.Data[t] = tensor.Float(math.Sin(2*math.Pi*float64(t)/sinePeriod+phase) + sineNoise*rng.Normal())
	}
	return s.Windows(window)
}
