package train

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// UpdateMeter is told what updates did to each parameter that the optimizer has:
// Σ(now−before)², Σ before², and how many elements are what they were. Before
// every update it is asked whether it wants this one. It must not keep the step
// waiting.
type UpdateMeter interface {
	WantsUpdate() bool
	ObserveUpdate(p *nn.Param, moved, size float64, same int)
}

// updater turns the weight gradients that a backward pass deferred into the
// optimizer's update. All layers' gradients are one task, cut into bands of rows
// of the weights. Where nobody asks for the whole gradient, a band is computed
// into memory that stays in the cache, applied at once and forgotten: for a
// small batch that saves a third of the step's memory traffic. Otherwise the
// bands go to Grad, and are applied in a second task. Both ways give the weights
// the same bits.
type updater struct {
	optimizer *optim.Optimizer
	index     map[*nn.Param]int // in the optimizer
	at        [][2]int          // that of W and B of each gradient of the last step
	done      []bool            // by that index: updated in this step

	elementwise bool // the rule may be given parts

	job     job
	list    []nn.WeightGradient
	pieces  cuts
	effects []effect // of each piece
	biases  []effect // of the bias of each gradient
	lr      float64
	meter   UpdateMeter
	scratch scratchList
}

// job is what the pieces of the task at hand do.
type job int

const (
	addGradient   job = iota // a band of a weight gradient is added to Grad
	applyGradient            // a band is computed and applied
	applyGrad                // a band of Grad is applied
)

// effect is what an update did to a band.
type effect struct {
	squares     float64 // Σg²
	moved, size float64
	same        int
}

// bandElements is the size of a band's gradient: with the weights and two slots
// of optimizer state it stays in a core's second-level cache.
const bandElements = 1 << 15

// blockElements is that of what stays in the first-level cache.
const blockElements = 1 << 11

// serialWork is how many multiply-adds one thread does alone.
const serialWork = 1 << 21

func newUpdater(o *optim.Optimizer) *updater {
	u := &updater{optimizer: o, index: map[*nn.Param]int{}, done: make([]bool, len(o.Params()))}
	for i, p := range o.Params() {
		u.index[p] = i
	}
	u.scratch.slots = len(o.Rule.Slots())
	_, u.elementwise = o.Rule.(optim.Elementwise)
	return u
}

// bandRowsOf returns how many rows of a weight gradient of n columns, each the
// sum over k rows, make a band: enough for the product to reuse what it loads,
// and no more than some tens of microseconds of work, where that leaves enough.
func bandRowsOf(n, k int) int {
	const reuse, work = 28, 1 << 22
	return max(reuse, min(bandElements, work/max(k, 1))/max(n, 1))
}

// canApply reports whether the gradients can be applied band by band: every one
// belongs to the optimizer, none of them comes twice, the rule allows it, and
// no sum in them can overflow. The last is what [Stepper.Step] promises: after a
// gradient that is not finite no weight has changed.
func (u *updater) canApply(list []nn.WeightGradient) bool {
	clear(u.done)
	if !u.elementwise {
		return false
	}
	for k, g := range list {
		if k == len(u.at) {
			u.at = append(u.at, [2]int{})
		}
		if !u.claim(g.W, &u.at[k][0]) || g.B != nil && !u.claim(g.B, &u.at[k][1]) {
			return false
		}
		if !(g.Bound() < math.MaxFloat32/2) {
			return false
		}
	}
	for i, p := range u.optimizer.Params() {
		if !u.done[i] && !finite(kernel.SumSquares(p.Grad.Data)) {
			return false
		}
	}
	return true
}

// claim marks p as updated. at is where the last step found it, so that most
// steps need not look it up.
func (u *updater) claim(p *nn.Param, at *int) bool {
	if params := u.optimizer.Params(); *at >= len(params) || params[*at] != p {
		i, ok := u.index[p]
		if !ok {
			return false
		}
		*at = i
	}
	if u.done[*at] {
		return false
	}
	u.done[*at] = true
	return true
}

// addAll adds the gradients to Grad.
func (u *updater) addAll(list []nn.WeightGradient) { u.runList(addGradient, list) }

// applyAll computes and applies the gradients, then updates the parameters that
// are not in the list by their Grad. It returns the norm of the whole gradient.
func (u *updater) applyAll(list []nn.WeightGradient, lr float64, meter UpdateMeter) float64 {
	u.lr, u.meter = lr, meter
	u.optimizer.Begin()
	u.runList(applyGradient, list)
	squares := 0.0
	for k, g := range list {
		lo, hi := u.pieces.of(k)
		e := sum(u.effects[lo:hi])
		squares += e.squares
		u.observe(g.W, e)
		if g.B != nil {
			squares += u.biases[k].squares
			u.observe(g.B, u.biases[k])
		}
	}
	for i, p := range u.optimizer.Params() {
		if u.done[i] {
			continue
		}
		s := u.scratch.take()
		e := u.apply(s, i, 0, p.Grad.Data)
		u.scratch.give(s)
		squares += kernel.SumSquares(p.Grad.Data)
		u.observe(p, e)
	}
	return math.Sqrt(squares)
}

// applyGrads updates all parameters by their Grad.
func (u *updater) applyGrads(lr float64, meter UpdateMeter) {
	u.lr, u.meter = lr, meter
	u.optimizer.Begin()
	params := u.optimizer.Params()
	u.pieces.reset()
	work := 0
	for _, p := range params {
		n := 1
		if u.elementwise {
			n = max(1, (p.Value.Len()+bandElements-1)/bandElements)
		}
		u.pieces.add(n)
		work += p.Value.Len() * 16
	}
	u.share(applyGrad, work)
	for i, p := range params {
		lo, hi := u.pieces.of(i)
		u.observe(p, sum(u.effects[lo:hi]))
	}
}

func (u *updater) observe(p *nn.Param, e effect) {
	if u.meter != nil {
		u.meter.ObserveUpdate(p, e.moved, e.size, e.same)
	}
}

// runList does a job on all bands of the gradients.
func (u *updater) runList(j job, list []nn.WeightGradient) {
	u.list = list
	u.pieces.reset()
	work := 0
	for k, g := range list {
		in, out, rows := g.Size()
		u.pieces.add((in + bandRowsOf(out, rows) - 1) / bandRowsOf(out, rows))
		work += in * out * (rows + 16)
		if k == len(u.biases) {
			u.biases = append(u.biases, effect{})
		}
	}
	u.share(j, work)
	u.list = nil
}

func (u *updater) share(j job, work int) {
	u.job = j
	n := u.pieces.total()
	for len(u.effects) < n {
		u.effects = append(u.effects, effect{})
	}
	grain := 1
	if work < serialWork {
		grain = n
	}
	kernel.Parallel(u, n, grain)
}

// Run does pieces lo..hi.
func (u *updater) Run(lo, hi int) {
	s := u.scratch.take()
	defer u.scratch.give(s)
	for piece := lo; piece < hi; piece++ {
		i, band := u.pieces.find(piece)
		switch u.job {
		case addGradient:
			u.add(u.list[i], band)
		case applyGradient:
			u.effects[piece] = u.applyBand(s, i, band)
		case applyGrad:
			grad := u.optimizer.Params()[i].Grad.Data
			first, last := u.pieces.of(i)
			from, to := band*bandElements, (band+1)*bandElements
			if band == last-first-1 {
				to = len(grad)
			}
			u.effects[piece] = u.apply(s, i, from, grad[from:to])
		}
	}
}

// add adds a band of g to Grad. The first band has the bias with it.
func (u *updater) add(g nn.WeightGradient, band int) {
	lo, hi, out := bandOf(g, band)
	g.Rows(g.W.Grad.Data[lo*out:hi*out], lo, hi, true)
	if g.B != nil && band == 0 {
		g.AddBias(g.B.Grad.Data)
	}
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
