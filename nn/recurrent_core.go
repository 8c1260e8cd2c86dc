package nn

import (
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
// all steps and meets the others once.
//
// The strides are 0 in inference: a step overwrites what the step before left.
type coreRun struct {
	*core
	steps, batch int
	lengths      []int // of each row of the batch, nil for steps each

	x, y    *tensor.Tensor // [T, B, in], [T, B, h] or a part of its columns, or nil
	yCol    int            // the first column of y
	last    *tensor.Tensor // the final h, [B, ·], or nil
	lastCol int

	xh, gates, c, tc        []tensor.Float
	xhStep, gateStep, cStep int
	bias                    []tensor.Float // [outGates·h], of both; the GRU's n has b_ih alone
	first                   *coreState     // nil for zeros
	backward                bool
	dy, dx, dlast           *tensor.Tensor // dx nil where nobody wants it
	back                    []tensor.Float // the weights transposed, [outGates·h, in+h]
	dh, dc                  []tensor.Float // [B, h]
	measure                 *timeSums
	pathGrad                []tensor.Float // [B, h], the cell path alone, when measured
	bandRows                int
}

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
	width, row := k.in+k.h, k.cell.rowGates()*k.h
	*r = coreRun{core: k, steps: steps, batch: batch, x: x, lengths: p.Lengths}
	kept := 1
	if p.Record {
		kept = steps
		r.xhStep, r.gateStep, r.cStep = batch*width, batch*row, batch*k.h
	}
	r.xh = p.Arena.Floats((min(kept, steps) + 1) * batch * width)
	r.gates = p.Arena.Floats(kept * batch * row)
	if k.cell.carriesCell() {
		r.c = p.Arena.Floats((min(kept, steps) + 1) * batch * k.h)
		r.tc = p.Arena.Floats(kept * batch * k.h)
	}
	out := k.cell.outGates() * k.h
	r.bias = p.Arena.Floats(out)
	copy(r.bias, k.bih.Value.Data)
	n := out
	if _, gru := k.cell.(gruCell); gru {
		n = 2 * k.h
	}
	kernel.Add(r.bias[:n], k.bhh.Value.Data[:n])
	r.bandRows = bandOfSequence(batch, k.in+k.h, out)
}

// bandOfSequence is how many rows of the batch a thread takes through time: at
// least as many as the product needs to reuse the weights it loads, and not so
// few that there is nothing to share out.
func bandOfSequence(batch, in, out int) int {
	switch {
	case in*out*batch < 1<<14: // a step of the whole batch is a microsecond
		return max(batch, 1)
	case batch >= 128:
		return 32
	}
	return max(4, (batch+3)/4)
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

func (r *coreRun) xhRow(s, b int) []tensor.Float {
	w := r.in + r.h
	at := s*r.xhStep + b*w
	return r.xh[at : at+w : at+w]
}

func (r *coreRun) gateRow(s, b int) []tensor.Float {
	w := r.cell.rowGates() * r.h
	at := s*r.gateStep + b*w
	return r.gates[at : at+w : at+w]
}

// hRow returns h before step s.
func (r *coreRun) hRow(s, b int) []tensor.Float { return r.xhRow(s, b)[r.in:] }

func (r *coreRun) cells(s, b int) cellState {
	if r.c == nil {
		return cellState{}
	}
	row := func(v []tensor.Float, s int) []tensor.Float {
		at := s*r.cStep + b*r.h
		return v[at : at+r.h : at+r.h]
	}
	c := cellState{before: row(r.c, s), after: row(r.c, s+1), tanh: row(r.tc, s)}
	if r.dc != nil {
		c.grad = r.dc[b*r.h : (b+1)*r.h]
	}
	return c
}

// Run takes rows lo..hi of the batch through all steps.
func (r *coreRun) Run(lo, hi int) {
	for ; lo < hi; lo += r.bandRows {
		end := min(lo+r.bandRows, hi)
		if r.backward {
			r.backwardRows(lo, end)
		} else {
			r.forwardRows(lo, end)
		}
	}
}

func (r *coreRun) forwardRows(lo, hi int) {
	for b := lo; b < hi; b++ {
		h := r.hRow(0, b)
		if r.first == nil {
			clear(h)
		} else {
			copy(h, r.first.h[b*r.h:])
		}
		if r.c != nil {
			if r.first == nil {
				clear(r.cells(0, b).before)
			} else {
				copy(r.cells(0, b).before, r.first.c[b*r.h:])
			}
		}
	}
	for s := range r.steps {
		t := r.at(s)
		for b := lo; b < hi; b++ {
			copy(r.xhRow(s, b)[:r.in], r.x.Row(t*r.batch+b))
		}
		r.preActivate(s, lo, hi)
		for b := lo; b < hi; b++ {
			h0, h, c := r.hRow(s, b), r.hRow(s+1, b), r.cells(s, b)
			over := r.ends(b, t)
			if over {
				copy(h, h0)
				copy(c.after, c.before)
			} else {
				r.cell.forward(r.gateRow(s, b), h0, h, c)
			}
			if r.y != nil {
				y := r.y.Row(t*r.batch + b)[r.yCol : r.yCol+r.h]
				if over {
					clear(y)
				} else {
					copy(y, h)
				}
			}
		}
	}
	if r.last != nil {
		for b := lo; b < hi; b++ {
			copy(r.last.Row(b)[r.lastCol:r.lastCol+r.h], r.hRow(r.steps, b))
		}
	}
}

// preActivate computes the rows of gates before their functions.
func (r *coreRun) preActivate(s, lo, hi int) {
	n, out := hi-lo, r.cell.outGates()*r.h
	width, row := r.in+r.h, r.cell.rowGates()*r.h
	a := r.xh[s*r.xhStep+lo*width:]
	c := r.gates[s*r.gateStep+lo*row:]
	if row == out {
		kernel.Gemm(kernel.NN, n, out, width, a, width, r.weights, out, c, row, kernel.Epilogue{Bias: r.bias})
		return
	}
	// The GRU's n: its two parts stay apart, for r multiplies one of them.
	h := r.h
	kernel.Gemm(kernel.NN, n, 2*h, width, a, width, r.weights, out, c, row, kernel.Epilogue{Bias: r.bias[:2*h]})
	kernel.Gemm(kernel.NN, n, h, r.in, a, width, r.weights[2*h:], out, c[2*h:], row, kernel.Epilogue{Bias: r.bias[2*h:]})
	kernel.Gemm(kernel.NN, n, h, h, a[r.in:], width, r.weights[r.in*out+2*h:], out, c[3*h:], row, kernel.Epilogue{Bias: r.bhh.Value.Data[2*h:]})
}

func (r *coreRun) backwardRows(lo, hi int) {
	for b := lo; b < hi; b++ {
		dh := r.dh[b*r.h : (b+1)*r.h]
		if r.dlast != nil {
			copy(dh, r.dlast.Row(b)[r.lastCol:])
		} else {
			clear(dh)
		}
		if r.dc != nil {
			clear(r.dc[b*r.h : (b+1)*r.h])
		}
	}
	band := lo / r.bandRows
	for s := r.steps - 1; s >= 0; s-- {
		t := r.at(s)
		for b := lo; b < hi; b++ {
			gates, dh := r.gateRow(s, b), r.dh[b*r.h:(b+1)*r.h]
			if r.ends(b, t) {
				clear(gates)
				continue
			}
			if r.dy != nil {
				kernel.Add(dh, r.dy.Row(t*r.batch + b)[r.yCol:r.yCol+r.h])
			}
		}
		if r.measure != nil {
			r.measure.before(r, band, s, lo, hi)
		}
		for b := lo; b < hi; b++ {
			if !r.ends(b, t) {
				r.cell.backward(r.gateRow(s, b), r.hRow(s, b), r.hRow(s+1, b), r.dh[b*r.h:(b+1)*r.h], r.cells(s, b))
			}
		}
		r.passBack(s, t, lo, hi)
		if r.measure != nil {
			r.measure.after(r, band, s, lo, hi)
		}
	}
}

// passBack takes the gradient of the pre-activations through the weights: to dx,
// and, added, to dh, where a row that is over keeps what it has.
func (r *coreRun) passBack(s, t, lo, hi int) {
	n, h, out := hi-lo, r.h, r.cell.outGates()*r.h
	width, row := r.in+h, r.cell.rowGates()*h
	gates := r.gates[s*r.gateStep+lo*row:]
	dh := r.dh[lo*h : hi*h]
	if r.dx != nil {
		dx := r.dx.Data[(t*r.batch+lo)*r.in:]
		kernel.Gemm(kernel.NN, n, r.in, out, gates, row, r.back, width, dx, r.in, kernel.Epilogue{Accumulate: r.reverse})
	}
	if row == out {
		kernel.Gemm(kernel.NN, n, h, out, gates, row, r.back[r.in:], width, dh, h, kernel.Epilogue{Accumulate: true})
		return
	}
	kernel.Gemm(kernel.NN, n, h, 2*h, gates, row, r.back[r.in:], width, dh, h, kernel.Epilogue{Accumulate: true})
	kernel.Gemm(kernel.NN, n, h, h, gates[3*h:], row, r.back[2*h*width+r.in:], width, dh, h, kernel.Epilogue{Accumulate: true})
}

// gradients leaves the gradients of the four parameters.
func (r *coreRun) gradients(p *Pass) {
	rows, width, row := r.steps*r.batch, r.in+r.h, r.cell.rowGates()*r.h
	g := WeightGradient{W: r.wih, B: r.bih, rows: rows, x: r.xh, dz: r.gates, xs: width, zs: row}
	g.parts[0].n = r.cell.outGates() * r.h
	if rows == 0 {
		g.x, g.dz = nil, nil
	}
	p.leave(g)
	g.W, g.B = r.whh, r.bhh
	if rows > 0 {
		g.x = r.xh[r.in : rows*width]
	}
	if row != r.cell.outGates()*r.h {
		h := r.h
		g.parts = [2]columnPart{{n: 2 * h}, {from: 3 * h, to: 2 * h, n: h}}
	}
	p.leave(g)
}
