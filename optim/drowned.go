package optim

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Drowner is a rule that divides by the root of a running square plus Eps.
// Drowned returns how many elements of a parameter have a root below Eps after
// t updates: there the rule no longer rescales a small gradient.
type Drowner interface {
	Drowned(slots [][]tensor.Float, t int) int
}

// drowned counts √(s/correction) < eps without taking a root of each.
func drowned(s []tensor.Float, eps, correction float64) int {
	return kernel.CountBelow(s, tensor.Float(eps*eps*correction))
}

// DrownedShare returns the share of all elements that Eps drowns, from [0, 1];
// ok is false for a rule that does not divide.
func (o *Optimizer) DrownedShare() (share float64, ok bool) {
	d, ok := o.Rule.(Drowner)
	if !ok || o.t == 0 {
		return 0, false
	}
	n, of := 0, 0
	for i, p := range o.params {
		n += d.Drowned(o.slots[i], o.t)
		of += p.Value.Len()
	}
	return float64(n) / float64(max(of, 1)), true
}
