package nn

import (
	"runtime"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// core is one direction of one layer of a [Recurrent]: its weights, and what the
// last recorded pass left for the way back.
//
// The two matrices lie in one block of memory, W_ih above W_hh, as x and h lie
// side by side in one row of xh: one product a step serves both.
type core struct {
	cell    cell
	in, h   int
	reverse bool

	wih, whh, bih, bhh *Param
	weights, grads     []tensor.Float // [in+h, outGates·h], W_ih and W_hh

	run  coreRun
	sums timeSums
}

// coreRun is one way of a core through a sequence. It is a [kernel.Task] over
// the rows of the batch, which are independent: a thread takes its rows through
// all steps and meets the others once, on the way back once for each window of
// steps.
//
// The strides are 0 in inference: a step overwrites what the step before left.
type coreRun struct {
	*core
	steps, batch int
	lengths      []int // of each row of the batch, nil for steps each
	phase        phase
	bandRows     int

	x, y    *tensor.Tensor // [T, B, in], [T, B, h] or a part of its columns, or nil
	yCol    int            // the first column of y
	last    *tensor.Tensor // the final h, [B, ·], or nil
	lastCol int

	xh, gates, c, tc        []tensor.Float
	gateWidth               int // from one row of gates to the next
	xhStep, gateStep, cStep int
	bias                    []tensor.Float // [outGates·h], of both; the GRU's n has b_ih alone
	first                   *coreState     // nil for zeros

	dy, dx, dlast *tensor.Tensor // dx nil where nobody wants it
	back, backIn  []tensor.Float // W_hh and W_ih transposed, [outGates·h, ·]
	panel         int            // of W_hh: so many columns lie together, in rows of backWidth
	backWidth     int
	dh, dc        []tensor.Float // [B, h]
	from, to      int            // the window of steps that is on its way back
	dw            []tensor.Float // [in+h, outGates·h]
	dbih, dbhh    []tensor.Float
	measure       *timeSums
	pathGrad      []tensor.Float // [B, h], the cell path alone, when measured
}

// phase is what a run does when it is shared out.
type phase int

const (
	phaseForward  phase = iota
	phaseBackward       // rows of the batch, through a window of steps
	phaseWindow         // columns of the gradients that a window gives as a whole
)

// coreState is the state that a core begins or ends a sequence with.
type coreState struct{ h, c []tensor.Float } // [B, h]

func newCore(c cell, in, h int, suffix string, reverse bool) *core {
	k := &core{cell: c, in: in, h: h, reverse: reverse}
	out := c.outGates() * h
	k.weights = make([]tensor.Float, (in+h)*out)
	k.grads = make([]tensor.Float, (in+h)*out)
	part := func(name string, lo, hi int) *Param {
		return &Param{
			Name:       name + suffix,
			Value:      tensor.From(k.weights[lo*out:hi*out:hi*out], hi-lo, out),
			Grad:       tensor.From(k.grads[lo*out:hi*out:hi*out], hi-lo, out),
			Transposed: true,
		}
	}
	k.wih, k.whh = part("weight_ih", 0, in), part("weight_hh", in, in+h)
	k.bih, k.bhh = NewParam("bias_ih"+suffix, out), NewParam("bias_hh"+suffix, out)
	return k
}

func (k *core) params() []*Param { return []*Param{k.wih, k.whh, k.bih, k.bhh} }

// begin takes the memory for a pass of T steps of B rows.
func (k *core) begin(p *Pass, r *coreRun, x *tensor.Tensor) {
	steps, batch := x.Dim(0), x.Dim(1)
	width := k.in + k.h
	*r = coreRun{core: k, steps: steps, batch: batch, x: x, lengths: p.Lengths}
	r.gateWidth = spread(k.cell.rowGates() * k.h)
	kept := 1
	if p.Record {
		kept = steps
		r.xhStep, r.gateStep, r.cStep = batch*width, batch*r.gateWidth, batch*k.h
	}
	r.xh = p.Arena.Floats((min(kept, steps) + 1) * batch * width)
	r.gates = p.Arena.Floats(kept * batch * r.gateWidth)
	if k.cell.carriesCell() {
		r.c = p.Arena.Floats((min(kept, steps) + 1) * batch * k.h)
		r.tc = p.Arena.Floats(kept * batch * k.h)
	}
	out := k.cell.outGates() * k.h
	r.bias = p.Arena.Floats(out)
	copy(r.bias, k.bih.Value.Data)
	n := out
	if k.splits() {
		n = 2 * k.h
	}
	kernel.Add(r.bias[:n], k.bhh.Value.Data[:n])
	r.bandRows = bandOfSequence(batch, width, out, runtime.GOMAXPROCS(0))
}

// splits reports whether the parts of the last gate stay apart, for another gate
// multiplies one of them: the GRU's n.
func (k *core) splits() bool { return k.cell.rowGates() != k.cell.outGates() }

// spread returns a stride for rows of n elements. Rows that lie a large power of
// two apart fall on few sets of the caches, and a product that reads columns of
// them would find nothing there again.
func spread(n int) int {
	const kilobyte, line = 256, 16
	if n%kilobyte == 0 {
		n += line
	}
	return n
}

// rowUnit is what a band of rows is a multiple of.
const rowUnit = 4

// bandOfSequence is how many rows of the batch a thread takes through time: as
// many as there are for each, but no fewer than a product needs to reuse the
// weights it loads, and no more than keep their state in the first cache.
func bandOfSequence(batch, in, out, threads int) int {
	const least, most = 8, 64
	if in*out*batch < 1<<14 { // a step of the whole batch is a microsecond
		return max(batch, 1)
	}
	share := (batch + threads - 1) / threads
	return min(max(least, (share+rowUnit-1)/rowUnit*rowUnit), most)
}

// at returns the time step that step s of the core takes.
func (r *coreRun) at(s int) int {
	if r.reverse {
		return r.steps - 1 - s
	}
	return s
}

// ends reports whether row b is over at time t.
func (r *coreRun) ends(b, t int) bool { return r.lengths != nil && t >= r.lengths[b] }

// alive returns the first run of rows from b on, and below hi, that are not over
// at time t; an empty one where there is none.
func (r *coreRun) alive(t, b, hi int) (lo, end int) {
	if r.lengths == nil {
		return b, hi
	}
	for b < hi && r.ends(b, t) {
		b++
	}
	end = b
	for end < hi && !r.ends(end, t) {
		end++
	}
	return b, end
}

func (r *coreRun) xhRow(s, b int) []tensor.Float {
	w := r.in + r.h
	at := s*r.xhStep + b*w
	return r.xh[at : at+w : at+w]
}

func (r *coreRun) gateRow(s, b int) []tensor.Float {
	w := r.cell.rowGates() * r.h
	return r.gatesFrom(s, b)[:w:w]
}

// gatesFrom returns the gates of step s from row b on.
func (r *coreRun) gatesFrom(s, b int) []tensor.Float {
	return r.gates[s*r.gateStep+b*r.gateWidth:]
}

// hRow returns h before step s.
func (r *coreRun) hRow(s, b int) []tensor.Float { return r.xhRow(s, b)[r.in:] }

// cRow returns c before step s.
func (r *coreRun) cRow(s, b int) []tensor.Float {
	at := s*r.cStep + b*r.h
	return r.c[at : at+r.h : at+r.h]
}

// rows returns rows lo..hi of step s.
func (r *coreRun) rows(s, lo, hi int) cellRows {
	w, h := r.in+r.h, r.h
	v := cellRows{
		CellRows: kernel.CellRows{N: hi - lo, H: h, Gates: r.gateWidth, States: w},
		gates:    r.gatesFrom(s, lo),
		h0:       r.xh[s*r.xhStep+lo*w+r.in:],
		h:        r.xh[(s+1)*r.xhStep+lo*w+r.in:],
	}
	if r.dh != nil {
		v.dh = r.dh[lo*h : hi*h]
	}
	if r.c != nil {
		v.before, v.after, v.tanh = r.c[s*r.cStep+lo*h:], r.c[(s+1)*r.cStep+lo*h:], r.tc[s*r.cStep+lo*h:]
	}
	if r.dc != nil {
		v.dc = r.dc[lo*h : hi*h]
	}
	return v
}

// Run takes rows lo..hi of the batch through all steps, or computes columns
// lo..hi of what a window gives.
func (r *coreRun) Run(lo, hi int) {
	if r.phase == phaseWindow {
		r.windowColumns(lo, hi)
		return
	}
	for ; lo < hi; lo += r.bandRows {
		end := min(lo+r.bandRows, hi)
		if r.phase == phaseBackward {
			r.backwardRows(lo, end)
		} else {
			r.forwardRows(lo, end)
		}
	}
}
