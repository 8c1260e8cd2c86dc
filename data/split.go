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

// Split holds out round(fraction·N) rows (or sequences), drawn by the seed, and
// copies the rows of either part in the order they have in d. Both parts must get
// a row.
//
// Windows over a series and a stream are split by time: the first part trains,
// the last is held out, and the seed has no say. No input and no target of the
// training part is a held-out target; the first held-out windows look back on
// steps that trained, as they would in use.
func Split(d *Dataset, fraction float64, seed uint64) (train, validation *Dataset, err error) {
	n := d.Len()
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("validation: got %v, expected a fraction between 0 and 1", fraction)
	}
	held := int(math.Round(fraction * float64(n)))
	if held == 0 || held == n {
		return nil, nil, fmt.Errorf("validation: %v of the %d rows of %s leaves %d for training and %d held out, and both need one", fraction, n, d.Name, n-held, held)
	}
	if d.Layout == Stream {
		return d.cut(0, n-held), d.cut(n-held, n), nil
	}
	if d.Window > 0 {
		all := identity(n)
		return d.Select(all[:n-held]), d.Select(all[n-held:]), nil
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

// cut returns the steps lo..hi of a stream. The parts share memory with d.
func (d *Dataset) cut(lo, hi int) *Dataset {
	part := *d
	part.X = tensor.From(d.X.Data[lo:hi:hi], hi-lo)
	if d.Y != nil {
		part.Y = tensor.From(d.Y.Data[lo:hi:hi], hi-lo)
	}
	return &part
}
