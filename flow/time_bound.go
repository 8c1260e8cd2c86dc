package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// StepBound is what is known of one step back through time before any input is
// seen.
type StepBound struct {
	Where string

	// Rho is the spectral radius of W_hh, which is what a linear network of
	// identity activations multiplies its gradient by in the long run. NaN for a
	// cell with gates.
	Rho float64

	// SigmaMax is σ_max(W_hh), a number that it can't exceed ([SigmaMax]). In a
	// cell with gates W_hh is [H, gates·H].
	SigmaMax float64

	// Phi is sup|φ′|; Gain = Phi·SigmaMax is what no step can exceed, for any
	// input (Pascanu, Mikolov and Bengio 2013). Where it is below 1, the gradient
	// vanishes: proved. Both +Inf for a cell with gates, which has no such bound.
	Phi, Gain float64
}

// Proves reports whether the bound proves that the gradient vanishes.
func (b *StepBound) Proves() bool { return b != nil && b.Gain < 1 }

// StepBounds returns the bounds of a step of every recurrent layer, from the
// output to the input.
func StepBounds(model nn.Layer) []StepBound {
	var list []StepBound
	for _, r := range recurrentsOf(model) {
		w := r.direction.Recurrent().Value
		b := StepBound{Where: r.site, Rho: math.NaN()}
		_, b.SigmaMax = SigmaMax(w.Data, w.Dim(0), w.Dim(1))
		kind, sup := r.direction.Phi()
		b.Phi = sup
		b.Gain = b.Phi * b.SigmaMax
		if math.IsInf(b.Phi, 1) { // gates carry the gradient past a W_hh of zero too
			b.Gain = b.Phi
		}
		if kind != "" {
			b.Rho = SpectralRadius(w.Data, w.Dim(0))
		}
		list = append(list, b)
	}
	return list
}
