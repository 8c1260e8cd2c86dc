package loss

import "github.com/ebb-ml/ebb/tensor"

// Loss measures how far predictions are from targets. It keeps no state, so
// one value may be shared by goroutines.
//
// Forward returns the mean loss J of a batch. Backward writes ∂J/∂pred to
// dpred, which has the shape of pred and whose contents before are unspecified.
// Both panic when the shapes of pred and target do not go together. Neither
// allocates.
type Loss interface {
	Name() string
	Forward(pred, target *tensor.Tensor) float64
	Backward(dpred, pred, target *tensor.Tensor)
}
