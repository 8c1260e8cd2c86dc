package loss

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// Huber is the Huber loss (Huber 1964) with δ = 1, as torch.nn.HuberLoss has
// it: quadratic near the target and linear far from it, so that an outlier has
// a gradient of bounded size. With e = p − t,
//
//	J = 1/n · Σ ½·e²       if |e| < 1        ∂J/∂p = 1/n · e
//	            |e| − ½    otherwise                 1/n · sign(e)
//
// The mean is over all n elements of pred; the target takes the same forms as
// that of [MSE].
type Huber struct{}

// Name returns "huber".
func (Huber) Name() string { return "huber" }

// Forward returns J.
func (l Huber) Forward(pred, target *tensor.Tensor) float64 {
	if formOf(pred.Shape(), target) == elements {
		sum := 0.0 // without a call for each element, which mean makes
		for i, p := range pred.Data {
			sum += huber(float64(p), float64(target.Data[i]))
		}
		return sum / float64(pred.Len())
	}
	return mean(l.Name(), huber, pred, target)
}

// Backward writes ∂J/∂pred to dpred.
func (l Huber) Backward(dpred, pred, target *tensor.Tensor) {
	if formOf(pred.Shape(), target) == elements {
		checkGradient(l.Name(), dpred, pred)
		scale := 1 / float64(pred.Len())
		for i, p := range pred.Data {
			dpred.Data[i] = tensor.Float(huberGradient(float64(p), float64(target.Data[i])) * scale)
		}
		return
	}
	meanGradient(l.Name(), huberGradient, dpred, pred, target)
}

func huber(p, t float64) float64 {
	e := math.Abs(p - t)
	if e < 1 {
		return 0.5 * e * e
	}
	return e - 0.5
}

func huberGradient(p, t float64) float64 {
	switch e := p - t; {
	case e >= 1:
		return 1
	case e <= -1:
		return -1
	default:
		return e
	}
}
