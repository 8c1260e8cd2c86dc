package optim

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// RMSprop divides the gradient by a running root mean square of it (Tieleman
// and Hinton 2012, lecture 6e): s = Alpha·s + (1−Alpha)·g², w −= lr·g/(√s + Eps).
// With a Momentum, that step goes through a buffer first. The formulas are those
// of torch.optim.RMSprop, not centered.
type RMSprop struct {
	Alpha       float64
	Eps         float64
	Momentum    float64
	WeightDecay float64
}

// NewRMSprop returns RMSprop with PyTorch's defaults: Alpha 0.99, Eps 1e-8.
func NewRMSprop() RMSprop { return RMSprop{Alpha: 0.99, Eps: 1e-8} }

// Name returns "rmsprop".
func (RMSprop) Name() string { return "rmsprop" }

// Slots has the mean of the squared gradient, and a buffer where there is a
// momentum.
func (r RMSprop) Slots() []string {
	if r.Momentum == 0 {
		return []string{"square_avg"}
	}
	return []string{"square_avg", "momentum_buffer"}
}

// Update makes one step.
func (r RMSprop) Update(w, g []tensor.Float, slots [][]tensor.Float, _ int, lr float64) {
	var buffer []tensor.Float
	if r.Momentum != 0 {
		buffer = slots[1]
	}
	kernel.RMSprop(w, g, slots[0], buffer, tensor.Float(lr), tensor.Float(r.WeightDecay),
		tensor.Float(r.Alpha), tensor.Float(1-r.Alpha), tensor.Float(r.Eps), tensor.Float(r.Momentum))
}

// Drowned counts the elements whose root √s is below Eps.
func (r RMSprop) Drowned(slots [][]tensor.Float, _ int) int { return drowned(slots[0], r.Eps, 1) }
