package nn

import (
	"runtime"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// goBack takes the gradient back through time, window by window: the gradients
// of the weights are added up while the gates of a window are in the cache.
func (r *coreRun) goBack(p *Pass, dy, dx *tensor.Tensor) {
	h, out, width := r.h, r.cell.outGates()*r.h, r.in+r.h
	r.dx, r.dy, r.dlast = dx, dy, nil
	if r.last != nil {
		r.dy, r.dlast = nil, dy
	}
	r.dh = p.Arena.Floats(r.batch * h)
	if r.c != nil {
		r.dc = p.Arena.Floats(r.batch * h)
	}
	r.turnWeights(p)
	if dx != nil {
		r.backIn = p.Arena.Floats(out * spread(r.in))
		kernel.Transpose(r.backIn, spread(r.in), r.weights, r.in, out)
	}
	r.dw = p.Arena.Floats(width * out)
	r.dbih, r.dbhh = p.Arena.Floats(out), p.Arena.Floats(out)
	clear(r.dbih)
	clear(r.dbhh)
	r.startMeasuring(p)
	if r.steps == 0 || r.batch == 0 {
		clear(r.dw)
		r.leaveGradients(p)
		return
	}
	window := windowOfSequence(r.batch, r.gateWidth)
	columns := out
	if dx != nil {
		columns += r.in
	}
	grain := windowGrain(columns, width*window*r.batch)
	for r.to = r.steps; r.to > 0; r.to = r.from {
		r.from = max(r.to-window, 0)
		r.phase = phaseBackward
		kernel.Parallel(r, r.batch, r.bandRows)
		r.phase = phaseWindow
		kernel.Parallel(r, columns, grain)
	}
	r.leaveGradients(p)
}

// windowGrain is how many of the columns of what a window gives one thread
// computes at a time; work is that of a column, in multiply-adds.
func windowGrain(columns, work int) int {
	const worthIt, least, tile = 1 << 21, 64, 32
	threads := runtime.GOMAXPROCS(0)
	if threads == 1 || columns*work < worthIt {
		return columns
	}
	return max(least, (columns/threads+tile-1)/tile*tile)
}

// turnWeights transposes W_hh: as a whole where that stays in the second cache
// from step to step, otherwise in panels of columns, each of which a product
// reads from its beginning to its end.
func (r *coreRun) turnWeights(p *Pass) {
	const cached, tile = 1 << 17, 32
	h, out := r.h, r.cell.outGates()*r.h
	r.panel, r.backWidth = h, spread(h)
	if h*out > cached {
		r.panel, r.backWidth = tile, tile
	}
	r.back = p.Arena.Floats(out * max(r.backWidth, (h+tile-1)/tile*tile))
	whh := r.weights[r.in*out:]
	for c := 0; c < h; c += r.panel {
		kernel.Transpose(r.back[c*out:], r.backWidth, whh[c*out:], min(r.panel, h-c), out)
	}
}

// windowOfSequence is of how many steps the gradient of the weights is computed
// at once: of so many that the product reuses what it loads, and of no more than
// leave the gates in the second cache. It is part of the gradient's bits.
func windowOfSequence(batch, row int) int {
	const cached, least, most = 1 << 17, 256, 512 // elements, rows
	rows := min(max(cached/row, least), most)
	return max(rows/max(batch, 1), 1)
}

func (r *coreRun) backwardRows(lo, hi int) {
	if r.to == r.steps {
		r.startGradient(lo, hi)
	}
	for s := r.to - 1; s >= r.from; s-- {
		t := r.at(s)
		if r.dy != nil {
			r.takeGradient(t, lo, hi)
		}
		if r.measure != nil {
			r.measure.before(r, s, lo, hi)
		}
		for b, end := r.alive(t, lo, hi); b < end; b, end = r.alive(t, end, hi) {
			r.cell.backward(r.rows(s, b, end))
		}
		if r.lengths != nil {
			r.skipEnded(s, t, lo, hi)
		}
		r.passBack(s, lo, hi)
		if r.measure != nil {
			r.measure.after(r, s, lo, hi)
		}
	}
}

// startGradient writes the gradient of the final state.
func (r *coreRun) startGradient(lo, hi int) {
	for b := lo; b < hi; b++ {
		dh := r.dh[b*r.h : (b+1)*r.h]
		if r.dlast != nil {
			copy(dh, r.dlast.Row(b)[r.lastCol:])
		} else {
			clear(dh)
		}
	}
	if r.dc != nil {
		clear(r.dc[lo*r.h : hi*r.h])
	}
}

// takeGradient adds that of the outputs at time t.
func (r *coreRun) takeGradient(t, lo, hi int) {
	for b := lo; b < hi; b++ {
		if !r.ends(b, t) {
			kernel.Add(r.dh[b*r.h:(b+1)*r.h], r.dy.Row(t*r.batch + b)[r.yCol:r.yCol+r.h])
		}
	}
}

// skipEnded makes rows that are over pass on the dh that they have, to which
// passBack then adds nothing.
func (r *coreRun) skipEnded(s, t, lo, hi int) {
	for b := lo; b < hi; b++ {
		if r.ends(b, t) {
			clear(r.gateRow(s, b))
		} else if !r.cell.passesState() {
			clear(r.dh[b*r.h : (b+1)*r.h])
		}
	}
}

// passBack takes the gradient of the pre-activations through W_hh to dh, where
// it is added to what goes another way.
func (r *coreRun) passBack(s, lo, hi int) {
	n, h, out := hi-lo, r.h, r.cell.outGates()*r.h
	gates, w := r.gatesFrom(s, lo), r.backWidth
	add := kernel.Epilogue{Accumulate: r.cell.passesState() || r.lengths != nil}
	for c := 0; c < h; c += r.panel {
		columns, back, dh := min(r.panel, h-c), r.back[c*out:], r.dh[lo*h+c:hi*h]
		if !r.splits() {
			kernel.Gemm(kernel.NN, n, columns, out, gates, r.gateWidth, back, w, dh, h, add)
			continue
		}
		kernel.Gemm(kernel.NN, n, columns, 2*h, gates, r.gateWidth, back, w, dh, h, add)
		kernel.Gemm(kernel.NN, n, columns, h, gates[3*h:], r.gateWidth, back[2*h*w:], w, dh, h, kernel.Epilogue{Accumulate: true})
	}
}

// windowColumns computes what the gates of a window give: columns of the
// gradients of the weights, and, after those, of the input's.
func (r *coreRun) windowColumns(lo, hi int) {
	out := r.cell.outGates() * r.h
	if lo < out {
		r.addGradients(lo, min(hi, out))
	}
	lo, hi = max(lo-out, 0), hi-out
	if lo >= hi {
		return
	}
	for s := r.from; s < r.to; s++ {
		dx := r.dx.Data[r.at(s)*r.batch*r.in+lo:]
		kernel.Gemm(kernel.NN, r.batch, hi-lo, out, r.gatesFrom(s, 0), r.gateWidth, r.backIn[lo:], spread(r.in), dx, r.in, kernel.Epilogue{Accumulate: r.reverse})
	}
}

// addGradients adds what the window has to columns lo..hi of the gradients.
func (r *coreRun) addGradients(lo, hi int) {
	h := r.h
	if !r.splits() {
		r.addProduct(0, r.in+h, lo, hi, lo)
		r.addSums(r.dbih, lo, hi, lo)
		return
	}
	if lo < 2*h {
		r.addProduct(0, r.in+h, lo, min(hi, 2*h), lo)
	}
	r.addSums(r.dbih, lo, hi, lo)
	if lo = max(lo, 2*h); lo < hi {
		r.addProduct(0, r.in, lo, hi, lo)
		r.addProduct(r.in, r.in+h, lo, hi, lo+h)
		r.addSums(r.dbhh, lo, hi, lo+h)
	}
}

// addProduct adds to rows top..bottom and columns lo..hi of dW, of which the
// first is column gate of the gates.
func (r *coreRun) addProduct(top, bottom, lo, hi, gate int) {
	width, out := r.in+r.h, r.cell.outGates()*r.h
	x, dz := r.xh[r.from*r.xhStep+top:], r.gates[r.from*r.gateStep+gate:]
	kernel.Gemm(kernel.TN, bottom-top, hi-lo, (r.to-r.from)*r.batch, x, width, dz, r.gateWidth,
		r.dw[top*out+lo:], out, kernel.Epilogue{Accumulate: r.to < r.steps})
}

// addSums adds to columns lo..hi of a bias's gradient.
func (r *coreRun) addSums(db []tensor.Float, lo, hi, gate int) {
	kernel.SumStridedRows(db[lo:hi], r.gates[r.from*r.gateStep+gate:], r.gateWidth, (r.to-r.from)*r.batch)
}

// leaveGradients leaves the gradients of the four parameters. Both biases have
// the same, but for the GRU's n.
func (r *coreRun) leaveGradients(p *Pass) {
	out := r.cell.outGates() * r.h
	same := out
	if r.splits() {
		same = 2 * r.h
	}
	copy(r.dbhh[:same], r.dbih)
	p.leave(WeightGradient{W: r.wih, B: r.bih, dw: r.dw[:r.in*out], db: r.dbih})
	p.leave(WeightGradient{W: r.whh, B: r.bhh, dw: r.dw[r.in*out:], db: r.dbhh})
}
