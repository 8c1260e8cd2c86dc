package data

import "github.com/ebb-ml/ebb/tensor"

// Batch is some of the examples of a data set in the form that a network takes.
type Batch struct {
	// X is [B, features] of rows. Sequences and streams are time-major: [T, B,
	// features], or [T, B] of ids, where T is the longest of the batch.
	X *tensor.Tensor
	// Y is [B, targets] or [B] of class indices; [T, B, targets] or [T, B] where
	// each step has a target; nil when the targets are unknown.
	Y *tensor.Tensor
	// Rows is B: rows, sequences, or streams side by side.
	Rows int
	// Lengths are the steps of each sequence, nil where all have T, as nn.Pass
	// takes them.
	Lengths []int
	// First is false where the batch goes on where the one before it ended, so
	// that recurrent layers keep their state: inside an epoch of a stream. It is
	// true for every other batch.
	First bool
	// PerStep tells that each step has a target.
	PerStep bool
}

// Count returns the number of targets of the batch, those of a regression with
// several outputs counted once: Rows, or Rows·T where each step has one. It is
// what the loss is a mean over.
func (b Batch) Count() int {
	if b.PerStep && b.X != nil {
		return b.Rows * b.X.Dim(0)
	}
	return b.Rows
}

// Batch returns the examples lo..hi (hi excluded) in their order: views of rows,
// time-major copies of sequences, and steps lo..hi of a stream as one sequence
// [T, 1] (its First is true at lo 0). Tensors come from the arena a and are valid
// until its Reset; after the first call of a size nothing is allocated. It
// panics when lo..hi is not a range in 0..Len.
func (d *Dataset) Batch(a *tensor.Arena, lo, hi int) Batch {
	switch d.Layout {
	case Sequences:
		return d.timeMajor(a, nil, lo, hi, nil)
	case Stream:
		b := Batch{X: a.View(d.X.Data[lo:hi], hi-lo, 1), Rows: 1, First: lo == 0, PerStep: true}
		if d.Y != nil {
			b.Y = a.View(d.Y.Data[lo:hi], hi-lo, 1)
		}
		return b
	}
	b := Batch{X: viewRows(a, d.X, lo, hi), Rows: hi - lo, First: true}
	if d.Y != nil {
		b.Y = viewRows(a, d.Y, lo, hi)
	}
	return b
}

// viewRows returns a view of the entries lo..hi of t's first dimension.
func viewRows(a *tensor.Arena, t *tensor.Tensor, lo, hi int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], t.Shape())
	size := entrySize(t)
	dims[0] = hi - lo
	return a.View(t.Data[lo*size:hi*size], dims[:rank]...)
}

// timeMajor copies sequences order[lo:hi] (or lo..hi themselves, without an
// order) to tensors of a. lengths is memory for at least hi-lo lengths; it is
// needed with an order alone.
func (d *Dataset) timeMajor(a *tensor.Arena, order []int, lo, hi int, lengths []int) Batch {
	rows := hi - lo
	b := Batch{Rows: rows, First: true, PerStep: d.PerStep}
	steps := d.X.Dim(1)
	if d.Lengths != nil {
		if order == nil {
			lengths = d.Lengths[lo:hi]
		} else {
			lengths = lengths[:rows]
			for i, row := range order[lo:hi] {
				lengths[i] = d.Lengths[row]
			}
		}
		shortest, longest := steps, 0
		for _, n := range lengths {
			shortest, longest = min(shortest, n), max(longest, n)
		}
		steps = longest
		if shortest < longest {
			b.Lengths = lengths
		}
	}
	b.X = transposed(a, d.X, order, lo, hi, steps)
	switch {
	case d.Y == nil:
	case d.PerStep:
		b.Y = transposed(a, d.Y, order, lo, hi, steps)
	case order == nil:
		b.Y = viewRows(a, d.Y, lo, hi)
	default:
		var dims [tensor.MaxRank]int
		rank := copy(dims[:], d.Y.Shape())
		dims[0] = rows
		b.Y = a.New(dims[:rank]...)
		size := entrySize(d.Y)
		for i, row := range order[lo:hi] {
			copy(b.Y.Data[i*size:(i+1)*size], d.Y.Data[row*size:(row+1)*size])
		}
	}
	return b
}

// transposed copies the first steps of entries of t, [N, T, …], to [steps, rows, …].
func transposed(a *tensor.Arena, t *tensor.Tensor, order []int, lo, hi, steps int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], t.Shape())
	rows, width := hi-lo, 1
	for _, n := range dims[2:rank] {
		width *= n
	}
	size := dims[1] * width
	dims[0], dims[1] = steps, rows
	out := a.New(dims[:rank]...)
	for i := range rows {
		row := lo + i
		if order != nil {
			row = order[row]
		}
		from := t.Data[row*size : row*size+steps*width]
		if width == 1 {
			for s, v := range from {
				out.Data[s*rows+i] = v
			}
			continue
		}
		for s := range steps {
			at := (s*rows + i) * width
			copy(out.Data[at:at+width], from[s*width:(s+1)*width])
		}
	}
	return out
}
