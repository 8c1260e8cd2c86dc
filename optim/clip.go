package optim

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// GradNorm returns the norm of all gradients taken as one vector.
func GradNorm(params []*nn.Param) float64 {
	var s float64
	for _, p := range params {
		if p.Grad != nil {
			s += kernel.SumSquares(p.Grad.Data)
		}
	}
	return math.Sqrt(s)
}

// ClipNorm scales all gradients together so that their norm, taken as one
// vector, is at most limit, and returns the norm before (Pascanu, Mikolov,
// Bengio 2013, algorithm 1; the formula of torch.nn.utils.clip_grad_norm_). A
// norm that is not finite leaves the gradients as they are: no scale mends
// them, and whoever called sees the norm.
func ClipNorm(params []*nn.Param, limit float64) (before float64) {
	before = GradNorm(params)
	scale := limit / (before + 1e-6)
	if math.IsNaN(before) || math.IsInf(before, 0) || scale >= 1 {
		return before
	}
	for _, p := range params {
		if p.Grad != nil {
			kernel.Scale(p.Grad.Data, tensor.Float(scale))
		}
	}
	return before
}

// ClipValue limits every element of every gradient to [−limit, limit], as
// torch.nn.utils.clip_grad_value_ does.
func ClipValue(params []*nn.Param, limit float64) {
	for _, p := range params {
		if p.Grad != nil {
			kernel.Clamp(p.Grad.Data, tensor.Float(limit))
		}
	}
}
