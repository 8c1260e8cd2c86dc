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
	left      []bool            // whose Grad was not zeroed before this step

	elementwise bool // the rule may be given parts
	shared      bool // a parameter comes more than once in the model or the optimizer
	seen        []*nn.Param
	twice       bool    // a parameter comes twice in seen
	rest        float64 // Σg² of the parameters that are not in the list

	job     job
	list    []nn.WeightGradient
	pieces  cuts
	effects []effect // of each piece
	biases  []effect // of the bias of each gradient
	lr      float64
	meter   UpdateMeter
	scratch spares[bandScratch]
}

// job is what the pieces of the task at hand do.
type job int

const (
	addGradient   job = iota // a band of a weight gradient is added to Grad
	applyGradient            // a band is computed and applied
	applyGrad                // a band of Grad is applied
)

// serialWork is how many multiply-adds one thread does alone.
const serialWork = 1 << 21

func newUpdater(o *optim.Optimizer) *updater {
	u := &updater{optimizer: o, index: map[*nn.Param]int{}, done: make([]bool, len(o.Params())), left: make([]bool, len(o.Params()))}
	for i, p := range o.Params() {
		u.index[p] = i
	}
	slots := len(o.Rule.Slots())
	u.scratch.make = func() *bandScratch { return &bandScratch{slots: make([][]tensor.Float, slots)} }
	u.shared = repeated(o.Params())
	return u
}

// addAll adds the gradients to Grad: one after the other where two belong to the
// same parameter, so that no two threads write it and the order of its sum is
// fixed.
func (u *updater) addAll(list []nn.WeightGradient) {
	if !u.comeTwice(list) {
		u.runList(addGradient, list)
		return
	}
	for k := range list {
		u.runList(addGradient, list[k:k+1])
	}
}

// applyAll computes and applies the gradients, then updates the parameters that
// are not in the list by their Grad. It returns the norm of the whole gradient.
func (u *updater) applyAll(list []nn.WeightGradient, lr float64, meter UpdateMeter) float64 {
	u.lr, u.meter = lr, meter
	u.optimizer.Begin()
	u.runList(applyGradient, list)
	squares := u.rest
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
	u.applyRest()
	return math.Sqrt(squares)
}

// applyGrads updates all parameters by their Grad.
func (u *updater) applyGrads(lr float64, meter UpdateMeter) {
	u.lr, u.meter = lr, meter
	u.elementwise = u.optimizer.Elementwise()
	u.optimizer.Begin()
	clear(u.done)
	u.applyRest()
}

// applyRest updates the parameters that are not done by their Grad.
func (u *updater) applyRest() {
	params := u.optimizer.Params()
	u.pieces.reset()
	work := 0
	for i, p := range params {
		n := 0
		switch {
		case u.done[i]:
		case u.elementwise:
			n = max(1, (p.Value.Len()+bandElements-1)/bandElements)
		default:
			n = 1
		}
		u.pieces.add(n)
		work += min(n, 1) * p.Value.Len() * 16
	}
	if u.pieces.total() == 0 {
		return
	}
	u.share(applyGrad, work)
	for i, p := range params {
		if !u.done[i] {
			lo, hi := u.pieces.of(i)
			u.observe(p, sum(u.effects[lo:hi]))
		}
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
