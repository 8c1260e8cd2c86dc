package loss

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// MSE is the mean squared error, as torch.nn.MSELoss has it:
//
//	J = 1/n · Σ (p − t)²        ∂J/∂p = 2/n · (p − t)
//
// The mean is over all n elements of pred. The target has as many elements as
// pred; for pred of shape [..., C] with C > 1 it may also have one class index
// for each row, which stands for a one-hot row.
type MSE struct{}

// Name returns "mse".
func (MSE) Name() string { return "mse" }

// Forward returns J.
func (l MSE) Forward(pred, target *tensor.Tensor) float64 {
	if formOf(pred.Shape(), target) == elements {
		return kernel.SquaredError(pred.Data, target.Data) / float64(pred.Len())
	}
	return mean(l.Name(), square, pred, target)
}

// Backward writes ∂J/∂pred to dpred.
func (l MSE) Backward(dpred, pred, target *tensor.Tensor) {
	if formOf(pred.Shape(), target) == elements {
		checkGradient(l.Name(), dpred, pred)
		kernel.ErrorGradient(dpred.Data, pred.Data, target.Data, tensor.Float(2/float64(pred.Len())))
		return
	}
	meanGradient(l.Name(), squareGradient, dpred, pred, target)
}

func square(p, t float64) float64         { return (p - t) * (p - t) }
func squareGradient(p, t float64) float64 { return 2 * (p - t) }
