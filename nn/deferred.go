package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// WeightGradient is the gradient of an affine map that a backward pass with
// [Pass.DeferWeights] left to its caller, who can then compute those of all
// layers at once, or a band at a time and use it while it is in the cache:
//
//	dW = Xᵀ·Dz,  db = Σ Dz over the rows.
//
// X and Dz are valid until the pass is reset.
type WeightGradient struct {
	W, B  *Param         // B is nil without a bias
	X, Dz *tensor.Tensor // [..., in] and [..., out]
}

// Deferred returns what the last Backward left, in the order in which it came.
// The slice is valid until the pass is reset.
func (p *Pass) Deferred() []WeightGradient { return p.deferred }

// Rows writes rows lo..hi of dW, which are (hi−lo)·out elements, to dst, or adds
// them. However dW is cut into such bands, the bits are the same.
func (g WeightGradient) Rows(dst []tensor.Float, lo, hi int, add bool) {
	in, out := g.W.Value.Dim(0), g.W.Value.Dim(1)
	var x []tensor.Float
	if g.X.Len() > 0 {
		x = g.X.Data[lo:]
	}
	kernel.Gemm(kernel.TN, hi-lo, out, g.X.Rows(), x, in, g.Dz.Data, out, dst, out, kernel.Epilogue{Accumulate: add})
}
