package loss

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// BinaryCrossEntropy is the cross-entropy of independent yes-or-no outputs, as
// torch.nn.BCEWithLogitsLoss has it. pred holds logits z, not probabilities:
//
//	J = 1/n · Σ −t·log σ(z) − (1−t)·log(1−σ(z))
//	  = 1/n · Σ max(z, 0) − z·t + log(1 + e^−|z|)
//	∂J/∂z = 1/n · (σ(z) − t)
//
// The second form is what is computed: it overflows for no z. The mean is over
// all n elements of pred. Targets are probabilities, mostly 0 or 1; there are
// as many as elements of pred, or, for pred of shape [..., C] with C > 1, one
// class index for each row, which stands for a one-hot row.
type BinaryCrossEntropy struct{}

// Name returns "binary_cross_entropy".
func (BinaryCrossEntropy) Name() string { return "binary_cross_entropy" }

// Forward returns J.
func (l BinaryCrossEntropy) Forward(pred, target *tensor.Tensor) float64 {
	if formOf(pred.Shape(), target) == elements {
		return kernel.Logistic(pred.Data, target.Data) / float64(pred.Len())
	}
	return mean(l.Name(), logistic, pred, target)
}

// Backward writes ∂J/∂pred to dpred.
func (l BinaryCrossEntropy) Backward(dpred, pred, target *tensor.Tensor) {
	if formOf(pred.Shape(), target) == elements {
		checkGradient(l.Name(), dpred, pred)
		kernel.LogisticGradient(dpred.Data, pred.Data, target.Data, tensor.Float(1/float64(pred.Len())))
		return
	}
	meanGradient(l.Name(), logisticGradient, dpred, pred, target)
}

func logistic(z, t float64) float64 {
	return math.Max(z, 0) - z*t + math.Log1p(math.Exp(-math.Abs(z)))
}

func logisticGradient(z, t float64) float64 {
	if z >= 0 {
		return 1/(1+math.Exp(-z)) - t
	}
	e := math.Exp(z) // written so that e^z never overflows
	return e/(1+e) - t
}
