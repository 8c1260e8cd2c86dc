package nn

import "github.com/ebb-ml/ebb/internal/kernel"

func (r *coreRun) forwardRows(lo, hi int) {
	r.startState(lo, hi)
	for s := range r.steps {
		t := r.at(s)
		for b := lo; b < hi; b++ {
			copy(r.xhRow(s, b)[:r.in], r.x.Row(t*r.batch+b))
		}
		r.preActivate(s, lo, hi)
		for b, end := r.alive(t, lo, hi); b < end; b, end = r.alive(t, end, hi) {
			r.cell.forward(r.rows(s, b, end))
		}
		if r.lengths != nil {
			r.keepEnded(s, t, lo, hi)
		}
		if r.y != nil {
			r.giveOutput(s, t, lo, hi)
		}
	}
	if r.last != nil {
		for b := lo; b < hi; b++ {
			copy(r.last.Row(b)[r.lastCol:r.lastCol+r.h], r.hRow(r.steps, b))
		}
	}
}

// startState writes the state before the first step.
func (r *coreRun) startState(lo, hi int) {
	for b := lo; b < hi; b++ {
		h := r.hRow(0, b)
		if r.first == nil {
			clear(h)
		} else {
			copy(h, r.first.h[b*r.h:])
		}
		if r.c == nil {
			continue
		}
		if r.first == nil {
			clear(r.cRow(0, b))
		} else {
			copy(r.cRow(0, b), r.first.c[b*r.h:])
		}
	}
}

// keepEnded takes the state of rows that are over to the next step.
func (r *coreRun) keepEnded(s, t, lo, hi int) {
	for b := lo; b < hi; b++ {
		if !r.ends(b, t) {
			continue
		}
		copy(r.hRow(s+1, b), r.hRow(s, b))
		if r.c != nil {
			copy(r.cRow(s+1, b), r.cRow(s, b))
		}
	}
}

// giveOutput writes the hidden states after step s to y, zeros for rows that are
// over.
func (r *coreRun) giveOutput(s, t, lo, hi int) {
	for b := lo; b < hi; b++ {
		y := r.y.Row(t*r.batch + b)[r.yCol : r.yCol+r.h]
		if r.ends(b, t) {
			clear(y)
		} else {
			copy(y, r.hRow(s+1, b))
		}
	}
}

// preActivate computes the rows of gates before their functions.
func (r *coreRun) preActivate(s, lo, hi int) {
	n, h, out := hi-lo, r.h, r.cell.outGates()*r.h
	width, row := r.in+r.h, r.gateWidth
	a := r.xh[s*r.xhStep+lo*width:]
	c := r.gatesFrom(s, lo)
	if !r.splits() {
		kernel.Gemm(kernel.NN, n, out, width, a, width, r.weights, out, c, row, kernel.Epilogue{Bias: r.bias})
		return
	}
	kernel.Gemm(kernel.NN, n, 2*h, width, a, width, r.weights, out, c, row, kernel.Epilogue{Bias: r.bias[:2*h]})
	kernel.Gemm(kernel.NN, n, h, r.in, a, width, r.weights[2*h:], out, c[2*h:], row, kernel.Epilogue{Bias: r.bias[2*h:]})
	kernel.Gemm(kernel.NN, n, h, h, a[r.in:], width, r.weights[r.in*out+2*h:], out, c[3*h:], row, kernel.Epilogue{Bias: r.bhh.Value.Data[2*h:]})
}
