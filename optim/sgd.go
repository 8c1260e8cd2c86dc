package optim

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// SGD is (stochastic) gradient descent, w −= lr·g. With a momentum (Polyak
// 1964) a buffer b = Momentum·b + g takes the place of g; with Nesterov
// (Sutskever et al. 2013, section 2) g + Momentum·b does. WeightDecay adds
// WeightDecay·w to g. The formulas are those of torch.optim.SGD.
type SGD struct {
	Momentum    float64
	Nesterov    bool
	WeightDecay float64
}

// NewSGD returns plain gradient descent.
func NewSGD() SGD { return SGD{} }

// Name returns "sgd".
func (SGD) Name() string { return "sgd" }

// Slots has a momentum buffer where there is a momentum.
func (r SGD) Slots() []string {
	if r.Momentum == 0 {
		return nil
	}
	return []string{"momentum_buffer"}
}

// Update makes one step. The buffer starts at zero, so that after the first
// step it is the gradient, as PyTorch has it.
func (r SGD) Update(w, g []tensor.Float, slots [][]tensor.Float, _ int, lr float64) {
	if r.Momentum == 0 {
		kernel.SGD(w, g, tensor.Float(lr), tensor.Float(r.WeightDecay))
		return
	}
	kernel.Momentum(w, g, slots[0], tensor.Float(lr), tensor.Float(r.WeightDecay), tensor.Float(r.Momentum), r.Nesterov)
}
