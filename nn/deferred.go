package nn

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// WeightGradient is the gradient of an affine map that a backward pass with
// [Pass.DeferWeights] left to its caller, who can then compute those of all
// layers at once, or a band at a time and use it while it is in the cache:
//
//	dW = xᵀ·dz,  db = Σ dz over the rows.
//
// It is valid until the pass is reset.
type WeightGradient struct {
	W, B *Param // B is nil without a bias

	rows  int
	x, dz []tensor.Float // [rows, in] and [rows, out]

	// A layer that has computed the gradients on its way leaves them as they are.
	dw, db []tensor.Float
}

// newWeightGradient returns that of a map of x [..., in] to z [..., out].
func newWeightGradient(w, b *Param, x, dz *tensor.Tensor) WeightGradient {
	return WeightGradient{W: w, B: b, rows: x.Rows(), x: x.Data, dz: dz.Data}
}

// Deferred returns what the last Backward left, in the order in which it came.
// The slice is valid until the pass is reset.
func (p *Pass) Deferred() []WeightGradient { return p.deferred }

// Backward runs the layer's Backward, as a container does. A layer from outside
// this package may look at the Grad of a layer inside it when that one is done, or
// change it; so nothing below it is deferred.
func (p *Pass) Backward(l Layer, dy *tensor.Tensor) *tensor.Tensor {
	if !p.DeferWeights || defers(l) {
		return l.Backward(p, dy)
	}
	p.DeferWeights = false
	dx := l.Backward(p, dy)
	p.DeferWeights = true
	return dx
}

// defers reports whether a layer is one of this package that leaves gradients, or
// has layers inside that may. It goes by the type itself, which a layer that
// embeds one does not have.
func defers(l Layer) bool {
	switch l.(type) {
	case *Sequential, *Residual, *Parallel, *Dense, *Recurrent, *Cell:
		return true
	}
	return false
}

// Size returns the sizes of dW, and of the sum in each of its elements.
func (g WeightGradient) Size() (in, out, rows int) {
	return g.W.Value.Dim(0), g.W.Value.Dim(1), g.rows
}

// Rows writes rows lo..hi of dW, which are (hi−lo)·out elements, to dst, or adds
// them. However dW is cut into such bands, the bits are the same.
func (g WeightGradient) Rows(dst []tensor.Float, lo, hi int, add bool) {
	in, out, rows := g.Size()
	switch {
	case g.dw != nil && add:
		kernel.Add(dst[:(hi-lo)*out], g.dw[lo*out:hi*out])
	case g.dw != nil:
		copy(dst, g.dw[lo*out:hi*out])
	case rows == 1 && !add:
		kernel.Outer(dst, g.x[lo:hi], g.dz)
	default:
		var x []tensor.Float // of no rows there is no element to begin at
		if rows > 0 {
			x = g.x[lo:]
		}
		kernel.Gemm(kernel.TN, hi-lo, out, rows, x, in, g.dz, out, dst, out, kernel.Epilogue{Accumulate: add})
	}
}

// SumSquares returns Σ dW² over rows lo..hi, given those rows. A product of two
// vectors, the dW of a batch of one, has the product of their norms.
func (g WeightGradient) SumSquares(rows []tensor.Float, lo, hi int) float64 {
	if g.dw == nil && g.rows == 1 {
		return kernel.SumSquares(g.x[lo:hi]) * kernel.SumSquares(g.dz)
	}
	return kernel.SumSquares(rows)
}

// AddBias adds db to dst.
func (g WeightGradient) AddBias(dst []tensor.Float) {
	if g.db != nil {
		kernel.Add(dst, g.db)
		return
	}
	kernel.SumRows(dst, g.dz)
}

// Bound returns a number that no element of dW and db exceeds, nor any partial
// sum on the way to it: ‖x‖·‖dz‖, by the Cauchy-Schwarz inequality.
func (g WeightGradient) Bound() float64 {
	if g.dw != nil {
		return math.Sqrt(kernel.SumSquares(g.dw) + kernel.SumSquares(g.db))
	}
	x := max(kernel.SumSquares(g.x), float64(g.rows))
	return math.Sqrt(x) * math.Sqrt(kernel.SumSquares(g.dz))
}

// leave defers g or, unless p asks for that, adds it to Grad at once.
func (p *Pass) leave(g WeightGradient) {
	if p.DeferWeights {
		p.deferred = append(p.deferred, g)
		return
	}
	g.Rows(g.W.Grad.Data, 0, g.W.Value.Dim(0), true)
	if g.B != nil {
		g.AddBias(g.B.Grad.Data)
	}
}
