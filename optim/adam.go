package optim

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Adam keeps running means of the gradient and of its square (Kingma and Ba
// 2015, algorithm 1):
//
//	m = β₁·m + (1−β₁)·g      v = β₂·v + (1−β₂)·g²
//	w −= lr · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + Eps)
//
// WeightDecay adds WeightDecay·w to g. The formulas are those of
// torch.optim.Adam.
type Adam struct {
	Beta1, Beta2 float64
	Eps          float64
	WeightDecay  float64
}

// NewAdam returns Adam with PyTorch's defaults: β₁ 0.9, β₂ 0.999, Eps 1e-8.
func NewAdam() Adam { return Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// Name returns "adam".
func (Adam) Name() string { return "adam" }

// Slots has the two running means.
func (Adam) Slots() []string { return []string{"exp_avg", "exp_avg_sq"} }

// Update makes step t.
func (r Adam) Update(w, g []tensor.Float, slots [][]tensor.Float, t int, lr float64) {
	c := r.settings(t, lr)
	c.Decay = tensor.Float(r.WeightDecay)
	kernel.Adam(w, g, slots[0], slots[1], c)
}

func (r Adam) settings(t int, lr float64) kernel.AdamSettings {
	return kernel.AdamSettings{
		Beta2: tensor.Float(r.Beta2), Eps: tensor.Float(r.Eps), Shrink: 1,
		Rest1: tensor.Float(1 - r.Beta1), Rest2: tensor.Float(1 - r.Beta2),
		Step: tensor.Float(lr / (1 - math.Pow(r.Beta1, float64(t)))),
		Root: tensor.Float(math.Sqrt(1 - math.Pow(r.Beta2, float64(t)))),
	}
}

// Drowned counts the elements whose corrected root √(v/(1−β₂ᵗ)) is below Eps.
func (r Adam) Drowned(slots [][]tensor.Float, t int) int {
	return drowned(slots[1], r.Eps, 1-math.Pow(r.Beta2, float64(t)))
}

// AdamW is Adam with the weight decay taken from the weights directly, w −=
// lr·WeightDecay·w, and not through the gradient (Loshchilov and Hutter 2019,
// algorithm 2). The formulas are those of torch.optim.AdamW.
type AdamW struct{ Adam }

// NewAdamW returns AdamW with PyTorch's defaults: those of Adam, and a
// WeightDecay of 0.01.
func NewAdamW() AdamW {
	a := NewAdam()
	a.WeightDecay = 0.01
	return AdamW{a}
}

// Name returns "adamw".
func (AdamW) Name() string { return "adamw" }

// Update makes step t.
func (r AdamW) Update(w, g []tensor.Float, slots [][]tensor.Float, t int, lr float64) {
	c := r.settings(t, lr)
	c.Shrink = tensor.Float(1 - lr*r.WeightDecay)
	kernel.Adam(w, g, slots[0], slots[1], c)
}
