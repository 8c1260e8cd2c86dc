package train

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// bandElements is the size of a band's gradient: with the weights and two slots
// of optimizer state it stays in a core's second-level cache.
const bandElements = 1 << 15

// blockElements is that of what stays in the first-level cache.
const blockElements = 1 << 11

// bandRowsOf returns how many rows of a weight gradient of n columns, each the
// sum over k rows, make a band: enough for the product to reuse what it loads,
// and no more than some tens of microseconds of work, where that leaves enough.
func bandRowsOf(n, k int) int {
	const reuse, work = 28, 1 << 22
	return max(reuse, min(bandElements, work/max(k, 1))/max(n, 1))
}

// effect is what an update did to a band.
type effect struct {
	squares     float64 // Σg²
	moved, size float64
	same        int
}

// applyBand computes a band of gradient k and applies it: in one piece where the
// product needs many rows to be fast, and otherwise, in a sum over few rows, in
// pieces that stay in the first-level cache.
func (u *updater) applyBand(s *bandScratch, k, band int) (e effect) {
	g := u.list[k]
	lo, hi, out := bandOf(g, band)
	step := hi - lo
	if _, _, rows := g.Size(); rows < 8 {
		step = max(1, min(step, blockElements/max(out, 1)))
	}
	dw := s.gradient(step * out)
	if g.B != nil && band == 0 {
		db := dw[:out]
		clear(db)
		g.AddBias(db)
		u.biases[k] = u.apply(s, u.at[k][1], 0, db)
		u.biases[k].squares = kernel.SumSquares(db)
	}
	for ; lo < hi; lo += step {
		end := min(lo+step, hi)
		part := dw[:(end-lo)*out]
		g.Rows(part, lo, end, false)
		p := u.apply(s, u.at[k][0], lo*out, part)
		p.squares = g.SumSquares(part, lo, end)
		e.add(p)
	}
	return e
}

// apply updates parameter i from element lo on by the gradient, measured in
// blocks that stay in the first-level cache. It leaves Σg² to the caller.
func (u *updater) apply(s *bandScratch, i, lo int, grad []tensor.Float) (e effect) {
	if u.meter == nil {
		u.optimizer.UpdatePart(i, lo, grad, s.slots, u.lr)
		return e
	}
	step := len(grad) // a rule that is not elementwise gets all of it
	if u.elementwise {
		step = blockElements
	}
	w := u.optimizer.Params()[i].Value.Data[lo : lo+len(grad)]
	for at := 0; at < len(grad); at += step {
		end := min(at+step, len(grad))
		before := s.weights(w[at:end])
		u.optimizer.UpdatePart(i, lo+at, grad[at:end], s.slots, u.lr)
		moved, size, same := kernel.Change(w[at:end], before)
		e.add(effect{moved: moved, size: size, same: same})
	}
	return e
}

// bandOf returns the rows of W that a band covers, and their length.
func bandOf(g nn.WeightGradient, band int) (lo, hi, out int) {
	in, out, rows := g.Size()
	lo = band * bandRowsOf(out, rows)
	return lo, min(lo+bandRowsOf(out, rows), in), out
}

func sum(effects []effect) (s effect) {
	for _, e := range effects {
		s.add(e)
	}
	return s
}

func (e *effect) add(o effect) {
	e.squares += o.squares
	e.moved += o.moved
	e.size += o.size
	e.same += o.same
}
