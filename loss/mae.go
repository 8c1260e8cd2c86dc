package loss

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// MAE is the mean absolute error, as torch.nn.L1Loss has it:
//
//	J = 1/n · Σ |p − t|         ∂J/∂p = 1/n · sign(p − t)
//
// The gradient at p = t is 0. The mean is over all n elements of pred; the
// target takes the same forms as that of [MSE].
type MAE struct{}

// Name returns "mae".
func (MAE) Name() string { return "mae" }

// Forward returns J.
func (l MAE) Forward(pred, target *tensor.Tensor) float64 {
	if formOf(pred.Shape(), target) == elements {
		sum := 0.0 // without a call for each element, which mean makes
		for i, p := range pred.Data {
			sum += distance(float64(p), float64(target.Data[i]))
		}
		return sum / float64(pred.Len())
	}
	return mean(l.Name(), distance, pred, target)
}

// Backward writes ∂J/∂pred to dpred.
func (l MAE) Backward(dpred, pred, target *tensor.Tensor) {
	if formOf(pred.Shape(), target) == elements {
		checkGradient(l.Name(), dpred, pred)
		scale := 1 / float64(pred.Len())
		for i, p := range pred.Data {
			dpred.Data[i] = tensor.Float(distanceGradient(float64(p), float64(target.Data[i])) * scale)
		}
		return
	}
	meanGradient(l.Name(), distanceGradient, dpred, pred, target)
}

func distance(p, t float64) float64 { return math.Abs(p - t) }

func distanceGradient(p, t float64) float64 {
	switch e := p - t; {
	case e > 0:
		return 1
	case e < 0:
		return -1
	default:
		return e // zero stays zero and NaN stays NaN
	}
}
