package optim

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Adagrad gives each weight a learning rate of its own that falls with the
// gradients it has seen (Duchi, Hazan, Singer 2011): s += g², w −= lr·g/(√s + Eps).
// The formulas are those of torch.optim.Adagrad.
type Adagrad struct {
	Eps         float64
	WeightDecay float64
}

// NewAdagrad returns Adagrad with PyTorch's defaults: Eps 1e-10.
func NewAdagrad() Adagrad { return Adagrad{Eps: 1e-10} }

// Name returns "adagrad".
func (Adagrad) Name() string { return "adagrad" }

// Slots has the sum of the squared gradients.
func (Adagrad) Slots() []string { return []string{"sum"} }

// Update makes one step.
func (r Adagrad) Update(w, g []tensor.Float, slots [][]tensor.Float, _ int, lr float64) {
	kernel.Adagrad(w, g, slots[0], tensor.Float(lr), tensor.Float(r.WeightDecay), tensor.Float(r.Eps))
}

// Drowned counts the elements whose root √s is below Eps.
func (r Adagrad) Drowned(slots [][]tensor.Float, _ int) int { return drowned(slots[0], r.Eps, 1) }
