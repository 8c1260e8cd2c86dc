package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Batcher hands out the rows, or sequences, of a data set in batches, each once
// an epoch; or one long stream window by window, see [NewStreamBatcher]. The last
// batch of an epoch has what is left and may be smaller.
//
// The order of the rows depends on the seed and the number of the epoch alone,
// not on what was read before, so a run can be taken up at any batch with
// [Batcher.Seek]. Batches share memory: one is valid until the next.
type Batcher struct {
	data         *Dataset
	size         int
	seed         uint64
	shuffle      bool
	rng          tensor.RNG
	order        []int
	ordered      int // the epoch that order is of, -1 for none
	epoch, batch int

	full, rest pair // batches of size rows and of the last batch's rows
	xs, ys     int  // elements of a row

	arena   tensor.Arena // Sequences and Stream: of the batch that was given out
	lengths []int
	whole   Batch // Sequences: the batch of all, once it was made
	steps   int   // Stream: of a window
	streams int   // Stream: side by side; 0 for the other layouts
	stream  int   // Stream: steps of each of them
}

type pair struct{ x, y *tensor.Tensor }

// NewBatcher returns the batches of d in an order that is shuffled anew for each
// epoch. A size of 0 is the full batch, all rows in their own order. A size above
// the number of rows is an error.
func NewBatcher(d *Dataset, size int, seed uint64) (*Batcher, error) {
	b, err := NewOrderedBatcher(d, size)
	if err != nil {
		return nil, err
	}
	b.seed, b.shuffle = seed, b.size < d.Len()
	return b, nil
}

// NewOrderedBatcher returns the batches of d in the order of its rows.
func NewOrderedBatcher(d *Dataset, size int) (*Batcher, error) {
	n := d.Len()
	switch {
	case d.Layout == Stream:
		return nil, fmt.Errorf("%s is one long stream: its batches are windows of parallel streams", d.Name)
	case d.Lengths != nil && d.PerStep:
		return nil, fmt.Errorf("%s has a target for each step and sequences of different lengths: expected one length", d.Name)
	case n == 0:
		return nil, fmt.Errorf("%s has no rows to make batches of", d.Name)
	case size < 0:
		return nil, fmt.Errorf("batch: got %d, expected a number of rows, or 0 for all", size)
	case size > n:
		return nil, fmt.Errorf("batch: got %d, and %s has %d rows", size, d.Name, n)
	case size == 0:
		size = n
	}
	b := &Batcher{data: d, size: size, ordered: -1, xs: entrySize(d.X)}
	if d.Layout == Sequences {
		if size < n {
			b.order, b.lengths = identity(n), make([]int, size)
		}
		return b, nil
	}
	if d.Y != nil {
		b.ys = entrySize(d.Y)
	}
	if size == n {
		b.full = pair{d.X, d.Y} // nothing to copy
		return b, nil
	}
	b.full.x = tensor.New(withLen(d.X, size)...)
	if d.Y != nil {
		b.full.y = tensor.New(withLen(d.Y, size)...)
	}
	if r := n % size; r > 0 {
		b.rest.x = tensor.From(b.full.x.Data[:r*b.xs], withLen(d.X, r)...)
		if d.Y != nil {
			b.rest.y = tensor.From(b.full.y.Data[:r*b.ys], withLen(d.Y, r)...)
		}
	}
	b.order = identity(n)
	return b, nil
}

// Len returns the number of batches in an epoch.
func (b *Batcher) Len() int {
	if b.streams > 0 {
		return (b.stream + b.steps - 1) / b.steps
	}
	return (b.data.Len() + b.size - 1) / b.size
}

// Size returns the number of rows (sequences, streams) of a batch, the last one
// perhaps excepted.
func (b *Batcher) Size() int { return b.size }

// Position returns the epoch and the batch in it that Next gives next.
func (b *Batcher) Position() (epoch, batch int) { return b.epoch, b.batch }

// Seek goes to a batch of an epoch, both from 0; batch Len is the end of the
// epoch. It panics when there is no such batch.
func (b *Batcher) Seek(epoch, batch int) {
	if epoch < 0 || batch < 0 || batch > b.Len() {
		panic(fmt.Sprintf("data.Batcher.Seek: no batch %d of epoch %d, an epoch has %d", batch, epoch, b.Len()))
	}
	b.epoch, b.batch = epoch, batch
}

// Next returns X and Y of the next batch, as [Batcher.NextBatch] does.
func (b *Batcher) Next() (x, y *tensor.Tensor, ok bool) {
	batch, ok := b.NextBatch()
	return batch.X, batch.Y, ok
}

// NextBatch returns the next batch, whose shapes [Batch] says. At the end of an
// epoch ok is false once, and the call after begins the next epoch.
//
// A batch of all rows is the data set itself: do not write to it.
func (b *Batcher) NextBatch() (batch Batch, ok bool) {
	if b.batch == b.Len() {
		b.epoch++
		b.batch = 0
		return Batch{}, false
	}
	at := b.batch
	b.batch++
	switch {
	case b.streams > 0:
		return b.window(at), true
	case b.data.Layout == Sequences && b.order == nil:
		if b.whole.X == nil {
			b.whole = b.data.timeMajor(&b.arena, nil, 0, b.size, nil)
		}
		return b.whole, true
	case b.order == nil:
		return Batch{X: b.full.x, Y: b.full.y, Rows: b.size, First: true}, true
	}
	b.arrange()
	lo := at * b.size
	hi := min(lo+b.size, len(b.order))
	if b.data.Layout == Sequences {
		b.arena.Reset()
		return b.data.timeMajor(&b.arena, b.order, lo, hi, b.lengths), true
	}
	out := b.full
	if hi-lo < b.size {
		out = b.rest
	}
	for i, row := range b.order[lo:hi] {
		copy(out.x.Data[i*b.xs:(i+1)*b.xs], b.data.X.Data[row*b.xs:(row+1)*b.xs])
		if out.y != nil {
			copy(out.y.Data[i*b.ys:(i+1)*b.ys], b.data.Y.Data[row*b.ys:(row+1)*b.ys])
		}
	}
	return Batch{X: out.x, Y: out.y, Rows: hi - lo, First: true}, true
}

// arrange puts order into that of the current epoch.
func (b *Batcher) arrange() {
	if !b.shuffle || b.ordered == b.epoch {
		return
	}
	for i := range b.order {
		b.order[i] = i
	}
	b.rng.Seed(b.seed, orderStream+uint64(b.epoch))
	b.rng.Shuffle(b.order)
	b.ordered = b.epoch
}
