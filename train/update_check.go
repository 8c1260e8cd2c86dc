package train

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
)

// canApply reports whether the gradients can be applied band by band: every one
// belongs to the optimizer, none of them comes twice, the rule allows it, and
// no sum in them can overflow. The last is what [Stepper.Step] promises: after a
// gradient that is not finite no weight has changed.
func (u *updater) canApply(list []nn.WeightGradient) bool {
	clear(u.done)
	u.elementwise = u.optimizer.Elementwise()
	if u.shared || !u.elementwise || len(list) == 0 {
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
	u.rest = 0
	for i, p := range u.optimizer.Params() {
		if !u.done[i] {
			u.rest += kernel.SumSquares(p.Grad.Data)
		}
	}
	return finite(u.rest)
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

// comeTwice reports whether a parameter comes twice in the list. The list is
// mostly that of the step before.
func (u *updater) comeTwice(list []nn.WeightGradient) bool {
	known := len(u.seen) == 2*len(list)
	for k := 0; known && k < len(list); k++ {
		known = u.seen[2*k] == list[k].W && u.seen[2*k+1] == list[k].B
	}
	if !known {
		u.seen = u.seen[:0]
		for _, g := range list {
			u.seen = append(u.seen, g.W, g.B)
		}
		u.twice = repeated(u.seen)
	}
	return u.twice
}

// repeated reports whether a parameter is in the list more than once.
func repeated(params []*nn.Param) bool {
	seen := make(map[*nn.Param]bool, len(params))
	for _, p := range params {
		if p != nil && seen[p] {
			return true
		}
		seen[p] = true
	}
	return false
}

// clearLeft zeroes what zeroGrad has not: the gradients of the list are stored
// after all, and somebody may have used Grad since the step before.
func (u *updater) clearLeft(list []nn.WeightGradient) {
	for _, g := range list {
		for _, p := range [2]*nn.Param{g.W, g.B} {
			if i, ok := u.index[p]; ok && u.left[i] {
				clear(p.Grad.Data)
				u.left[i] = false
			}
		}
	}
}
