package nn

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// normEpsilon keeps the normalizations from dividing by zero; PyTorch's default.
const normEpsilon = 1e-5

// LayerNorm normalizes every row on its own: y = γ·(x−μ)/√(σ²+ε) + β with the
// row's mean and (biased) variance, ε = 1e-5 (Ba et al. 2016).
type LayerNorm struct {
	Gamma, Beta *Param // [features]
	params      []*Param
	xhat        *tensor.Tensor // (x−μ)/√(σ²+ε)
	inv         []tensor.Float // 1/√(σ²+ε) of each row
}

// NewLayerNorm returns a layer normalization of the last dimension with γ = 1
// and β = 0.
func NewLayerNorm(features int) *LayerNorm {
	if features <= 0 {
		panic(fmt.Sprintf("nn.NewLayerNorm: features must be positive, got %d", features))
	}
	l := &LayerNorm{Gamma: NewParam("weight", features), Beta: NewParam("bias", features)}
	l.Gamma.Value.Fill(1)
	l.params = []*Param{l.Gamma, l.Beta}
	return l
}

func (l *LayerNorm) Kind() string     { return "layer_norm" }
func (l *LayerNorm) Stage() Stage     { return StageNorm }
func (l *LayerNorm) Params() []*Param { return l.params }

// GainBound returns max|γ|/√ε: centring and removing the part along x̂ are
// projections, and 1/√(σ²+ε) is at most 1/√ε.
func (l *LayerNorm) GainBound() float64 {
	return maxAbs(l.Gamma.Value.Data) / math.Sqrt(normEpsilon)
}

// Forward computes y = γ·x̂ + β.
func (l *LayerNorm) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	n := l.Gamma.Value.Len()
	p.CheckFeatures("layer_norm", x, n)
	y, xhat, inv := p.Arena.Like(x), p.Arena.Like(x), p.Arena.Floats(x.Rows())
	gamma, beta := l.Gamma.Value.Data, l.Beta.Value.Data
	for r := range inv {
		row, norm, out := x.Row(r), xhat.Row(r), y.Row(r)
		mean := kernel.Sum(row) / float64(n)
		scale := 1 / math.Sqrt(kernel.SquaresAround(row, mean)/float64(n)+normEpsilon)
		inv[r] = tensor.Float(scale)
		kernel.Normalize(out, norm, row, gamma, beta, mean, scale)
	}
	if p.Record {
		l.xhat, l.inv = xhat, inv
	}
	return y
}

// Backward computes dβ += Σ dy, dγ += Σ dy·x̂ over the rows, and with g = γ·dy
//
//	dx = (g − mean(g) − x̂·mean(g·x̂)) / √(σ²+ε)
func (l *LayerNorm) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("layer_norm", dy, l.xhat)
	gamma, dgamma, dbeta := l.Gamma.Value.Data, l.Gamma.Grad.Data, l.Beta.Grad.Data
	for r := range l.inv {
		d, norm := dy.Row(r), l.xhat.Row(r)
		kernel.Add(dbeta, d)
		kernel.MulAdd(dgamma, d, norm)
	}
	if !p.InputGrad() {
		return nil
	}
	dx := p.Arena.Like(dy)
	n := float64(len(gamma))
	for r, inv := range l.inv {
		d, norm, out := dy.Row(r), l.xhat.Row(r), dx.Row(r)
		sum, along := kernel.NormSums(d, gamma, norm)
		kernel.NormBackward(out, d, gamma, norm, sum/n, along/n, float64(inv))
	}
	return dx
}

func maxAbs(x []tensor.Float) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}
