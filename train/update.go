package train

import (
	"math"
	"sync"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// updater turns the weight gradients that a backward pass deferred into the
// optimizer's update. All layers' gradients are one task, cut into bands of rows
// of the weights. Where nobody asks for the whole gradient, a band is computed
// into memory that stays in the cache, applied at once and forgotten: for a
// small batch that saves a third of the step's memory traffic. Otherwise the
// bands go to Grad. Both ways give the weights the same bits.
type updater struct {
	optimizer *optim.Optimizer
	index     map[*nn.Param]int // in the optimizer
	at        [][2]int          // that of W and B of each gradient of the last step
	done      []bool            // by that index: updated in this step
	gradients []nn.WeightGradient
	first     []int     // the first piece of each gradient
	squares   []float64 // of each piece
	lr        float64
	apply     bool // update, instead of adding to Grad

	mu   sync.Mutex
	free []*bandScratch
}

// bandScratch is what one goroutine needs for a band.
type bandScratch struct {
	grad  []tensor.Float
	slots [][]tensor.Float
}

// bandElements is the size of a band's gradient: with the weights and two slots
// of optimizer state it stays in a core's second-level cache.
const bandElements = 1 << 15

func newUpdater(o *optim.Optimizer) *updater {
	u := &updater{optimizer: o, index: map[*nn.Param]int{}, done: make([]bool, len(o.Params()))}
	for i, p := range o.Params() {
		u.index[p] = i
	}
	return u
}

// bandRowsOf returns how many rows of a matrix of n columns make a band: enough
// for the product to reuse what it loads, too.
func bandRowsOf(n int) int { return max(28, bandElements/max(n, 1)) }

// canApply reports whether the gradients can be applied band by band: every one
// belongs to the optimizer, none of them comes twice, the rule allows it, and
// no sum in them can overflow. The last is what [Stepper.Step] promises: after a
// gradient that is not finite no weight has changed. By the Cauchy-Schwarz
// inequality every partial sum of dW = xᵀ·dz is at most ‖x‖·‖dz‖.
func (u *updater) canApply(list []nn.WeightGradient) bool {
	if _, ok := u.optimizer.Rule.(optim.Elementwise); !ok {
		return false
	}
	clear(u.done)
	for k, g := range list {
		if k == len(u.at) {
			u.at = append(u.at, [2]int{})
		}
		if !u.claim(g.W, &u.at[k][0]) || g.B != nil && !u.claim(g.B, &u.at[k][1]) {
			return false
		}
		x, dz := kernel.SumSquares(g.X.Data), kernel.SumSquares(g.Dz.Data)
		if g.B != nil {
			x = max(x, float64(g.X.Rows()))
		}
		if !(math.Sqrt(x)*math.Sqrt(dz) < math.MaxFloat32/2) {
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

// run computes all gradients of list: added to Grad, or, with apply, applied
// with the learning rate lr; parameters that are not in the list are then
// updated by their Grad. It returns Σg² over what was applied.
func (u *updater) run(list []nn.WeightGradient, apply bool, lr float64) float64 {
	u.gradients, u.apply, u.lr = list, apply, lr
	u.first = u.first[:0]
	pieces, work := 0, 0
	for _, g := range list {
		u.first = append(u.first, pieces)
		in, out := g.W.Value.Dim(0), g.W.Value.Dim(1)
		pieces += (in + bandRowsOf(out) - 1) / bandRowsOf(out)
		work += in * out * (g.X.Rows() + 8)
	}
	for len(u.squares) < pieces {
		u.squares = append(u.squares, 0)
	}
	if apply {
		u.optimizer.Begin()
	}
	const serial = 1 << 21
	grain := 1
	if work < serial {
		grain = pieces
	}
	kernel.Parallel(u, pieces, grain)
	u.gradients = nil
	if !apply {
		return 0
	}
	sum := 0.0
	for _, s := range u.squares[:pieces] {
		sum += s
	}
	for i, p := range u.optimizer.Params() {
		if !u.done[i] {
			sum += kernel.SumSquares(p.Grad.Data)
			u.optimizer.Update(i, lr)
		}
	}
	return sum
}

// Run computes pieces lo..hi.
func (u *updater) Run(lo, hi int) {
	s := u.take()
	defer u.give(s)
	k := len(u.first) - 1
	for u.first[k] > lo {
		k--
	}
	for piece := lo; piece < hi; piece++ {
		for k+1 < len(u.first) && u.first[k+1] <= piece {
			k++
		}
		u.piece(s, k, piece-u.first[k], piece)
	}
}

// piece computes band number band of gradient k. The first band has the bias
// with it.
func (u *updater) piece(s *bandScratch, k, band, piece int) {
	g := u.gradients[k]
	in, out := g.W.Value.Dim(0), g.W.Value.Dim(1)
	lo := band * bandRowsOf(out)
	hi := min(lo+bandRowsOf(out), in)
	if !u.apply {
		g.Rows(g.W.Grad.Data[lo*out:hi*out], lo, hi, true)
		if g.B != nil && band == 0 {
			kernel.SumRows(g.B.Grad.Data, g.Dz.Data)
		}
		return
	}
	n := (hi - lo) * out
	if cap(s.grad) < n {
		s.grad = make([]tensor.Float, n)
	}
	dw := s.grad[:n]
	g.Rows(dw, lo, hi, false)
	u.squares[piece] = kernel.SumSquares(dw)
	u.optimizer.UpdatePart(u.at[k][0], lo*out, dw, s.slots, u.lr)
	if g.B != nil && band == 0 {
		db := dw[:out]
		clear(db)
		kernel.SumRows(db, g.Dz.Data)
		u.squares[piece] += kernel.SumSquares(db)
		u.optimizer.UpdatePart(u.at[k][1], 0, db, s.slots, u.lr)
	}
}

// take returns scratch that no other goroutine has.
func (u *updater) take() *bandScratch {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.free); n > 0 {
		s := u.free[n-1]
		u.free = u.free[:n-1]
		return s
	}
	return &bandScratch{slots: make([][]tensor.Float, len(u.optimizer.Rule.Slots()))}
}

func (u *updater) give(s *bandScratch) {
	u.mu.Lock()
	u.free = append(u.free, s)
	u.mu.Unlock()
}
