package loss

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// CrossEntropy is the cross-entropy of one choice among C classes, as
// torch.nn.CrossEntropyLoss has it. pred, of shape [..., C], holds logits z,
// not probabilities:
//
//	J = 1/rows · Σ_rows Σ_j −t_j · log softmax(z)_j
//	log softmax(z)_j = z_j − m − log Σ_k e^(z_k − m),    m = max z
//	∂J/∂z_j = 1/rows · (softmax(z)_j · Σ_k t_k − t_j)
//
// Taking out the maximum is what keeps it finite for logits of any size. The
// mean is over the rows. The target is of the shape of pred (one-hot or
// probabilities), or else has one class index for each row, in any shape.
type CrossEntropy struct{}

// Name returns "cross_entropy".
func (CrossEntropy) Name() string { return "cross_entropy" }

// Forward returns J.
func (l CrossEntropy) Forward(pred, target *tensor.Tensor) float64 {
	rows, sum := pred.Rows(), 0.0
	switch choiceFormOf(pred.Shape(), target) {
	case classes:
		for r := range rows {
			z := pred.Row(r)
			sum += kernel.LogSumExp(z) - float64(z[mustClass(l.Name(), target.Data[r], len(z))])
		}
	case elements:
		for r := range rows {
			z, t := pred.Row(r), target.Row(r)
			lse := kernel.LogSumExp(z)
			for j, v := range z {
				sum += float64(t[j]) * (lse - float64(v))
			}
		}
	default:
		panicShapes(l.Name(), pred, target)
	}
	return sum / float64(rows)
}

// Backward writes ∂J/∂pred to dpred.
func (l CrossEntropy) Backward(dpred, pred, target *tensor.Tensor) {
	checkGradient(l.Name(), dpred, pred)
	rows, cols := pred.Rows(), pred.Cols()
	f := choiceFormOf(pred.Shape(), target)
	if f == unfit {
		panicShapes(l.Name(), pred, target)
	}
	scale := 1 / float64(rows)
	for r := range rows {
		z := pred.Row(r)
		d := dpred.Data[r*cols : (r+1)*cols]
		if f == classes {
			kernel.ClassGradient(d, z, mustClass(l.Name(), target.Data[r], cols), scale)
			continue
		}
		t := target.Row(r)
		kernel.ProbabilityGradient(d, z, t, kernel.Sum(t), scale)
	}
}
