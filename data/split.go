package data

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// Streams of a seed, so that drawing the held-out rows, the order of the rows
// and the generated examples never disturb each other or the initialization.
const (
	splitStream    = 0x73706c6974 << 8
	orderStream    = 0x6f72646572 << 20
	generateStream = 0x67656e << 8
)

// Split holds out round(fraction·N) rows, drawn by the seed, and copies the rows
// of either part in the order they have in d. Both parts must get a row.
func Split(d *Dataset, fraction float64, seed uint64) (train, validation *Dataset, err error) {
	n := d.Len()
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("validation: got %v, expected a fraction between 0 and 1", fraction)
	}
	held := int(math.Round(fraction * float64(n)))
	if held == 0 || held == n {
		return nil, nil, fmt.Errorf("validation: %v of the %d rows of %s leaves %d for training and %d held out, and both need one", fraction, n, d.Name, n-held, held)
	}
	order := identity(n)
	tensor.NewRNG(seed, splitStream).Shuffle(order)
	out := make([]bool, n)
	for _, row := range order[:held] {
		out[row] = true
	}
	keep, hold := make([]int, 0, n-held), make([]int, 0, held)
	for row, h := range out {
		if h {
			hold = append(hold, row)
		} else {
			keep = append(keep, row)
		}
	}
	return d.Select(keep), d.Select(hold), nil
}
