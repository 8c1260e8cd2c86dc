package train

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// windows cuts batches of sequences for truncated backpropagation through time.
// Its memory does not grow with the length of the sequences.
type windows struct {
	arena   tensor.Arena
	lengths []int
	prefix  nn.Pass // of the steps that are not recorded
}

// countWindows returns the number of training steps that a batch makes: windows
// of bptt steps where each step has a target, else one.
func countWindows(b data.Batch, bptt int) int {
	if bptt <= 0 || !b.PerStep {
		return 1
	}
	return max(1, (b.X.Dim(0)+bptt-1)/bptt)
}

// window returns window i of a batch where each step has a target: views, and in
// w the lengths that are left. The state goes on from one to the next.
func (w *windows) window(b data.Batch, bptt, i int) data.Batch {
	if countWindows(b, bptt) == 1 {
		return b
	}
	w.arena.Reset()
	lo := i * bptt
	hi := min(lo+bptt, b.X.Dim(0))
	out := b
	out.X, out.First = entries(&w.arena, b.X, lo, hi), b.First && i == 0
	if b.Y != nil {
		out.Y = entries(&w.arena, b.Y, lo, hi)
	}
	if b.Lengths != nil {
		w.lengths = w.lengths[:0]
		for _, n := range b.Lengths {
			w.lengths = append(w.lengths, min(max(n-lo, 0), hi-lo))
		}
		out.Lengths = w.lengths
	}
	return out
}

// entries returns a view of the entries lo..hi of t's first dimension: rows, or
// time steps.
func entries(a *tensor.Arena, t *tensor.Tensor, lo, hi int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], t.Shape())
	size := t.Len() / max(dims[0], 1)
	dims[0] = hi - lo
	return a.View(t.Data[lo*size:hi*size], dims[:rank]...)
}

// truncate runs the model over all steps but the last bptt of each sequence,
// without recording them, so that state is what those begin with, and returns
// them as a batch of their own. It is for one target a sequence. A sequence's
// last steps are counted from its own end, whatever its padding.
func (w *windows) truncate(model nn.Layer, b data.Batch, bptt int, step *nn.Pass) data.Batch {
	total, batch := b.X.Dim(0), b.X.Dim(1)
	if bptt <= 0 || b.PerStep || total <= bptt {
		return b
	}
	length := func(row int) int {
		if b.Lengths == nil {
			return total
		}
		return b.Lengths[row]
	}
	p := &w.prefix
	p.Train, p.Step, p.State = step.Train, step.Step, step.State
	longest := total - bptt
	for lo := 0; lo < longest; lo += bptt {
		hi := min(lo+bptt, longest)
		p.Reset()
		p.Lengths = nil
		if b.Lengths != nil {
			w.lengths = w.lengths[:0]
			for row := range batch {
				w.lengths = append(w.lengths, min(max(length(row)-bptt-lo, 0), hi-lo))
			}
			p.Lengths = w.lengths
		}
		model.Forward(p, entries(&p.Arena, b.X, lo, hi))
	}
	w.arena.Reset()
	out := b
	out.First = false
	if b.Lengths == nil {
		out.X = entries(&w.arena, b.X, longest, total)
		return out
	}
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], b.X.Shape())
	dims[0] = bptt
	out.X = w.arena.New(dims[:rank]...)
	width := b.X.Len() / max(total*batch, 1)
	w.lengths = w.lengths[:0]
	for row := range batch {
		first := max(length(row)-bptt, 0)
		w.lengths = append(w.lengths, min(length(row), bptt))
		for s := range bptt {
			to, from := (s*batch+row)*width, ((first+s)*batch+row)*width
			copy(out.X.Data[to:to+width], b.X.Data[from:from+width])
		}
	}
	out.Lengths = w.lengths
	return out
}
