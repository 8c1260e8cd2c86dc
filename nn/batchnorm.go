package nn

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// BatchNorm normalizes every feature over the rows of the batch: y = γ·x̂ + β
// with x̂ = (x−μ)/√(σ²+ε), ε = 1e-5 (Ioffe and Szegedy 2015).
//
// In training μ and σ² are the batch's own (σ² biased), and every recorded pass
// moves the running statistics a tenth of the way to them (σ² unbiased there, as
// PyTorch does). Otherwise the running statistics take their place. A training
// batch of one row has no variance: it is normalized by the running statistics
// and leaves them as they are. PyTorch refuses such a batch.
type BatchNorm struct {
	Gamma, Beta  *Param // [features]
	Mean, Var    *Param // the running statistics, [features], not trained
	params       []*Param
	xhat         *tensor.Tensor
	inv          []tensor.Float // 1/√(σ²+ε) of each feature
	sum, squares []float64      // of each feature, while the statistics are taken
	ofBatch      bool           // whether the last recorded pass used the batch's statistics
}

// batchNormMomentum is the weight of the new batch in the running statistics.
const batchNormMomentum = 0.1

// NewBatchNorm returns a batch normalization of the last dimension with γ = 1,
// β = 0, running mean 0 and running variance 1.
func NewBatchNorm(features int) *BatchNorm {
	if features <= 0 {
		panic(fmt.Sprintf("nn.NewBatchNorm: features must be positive, got %d", features))
	}
	l := &BatchNorm{
		Gamma: NewParam("weight", features),
		Beta:  NewParam("bias", features),
		Mean:  &Param{Name: "running_mean", Value: tensor.New(features)},
		Var:   &Param{Name: "running_var", Value: tensor.New(features)},

		sum: make([]float64, features), squares: make([]float64, features),
	}
	l.Gamma.Value.Fill(1)
	l.Var.Value.Fill(1)
	l.params = []*Param{l.Gamma, l.Beta, l.Mean, l.Var}
	return l
}

func (l *BatchNorm) Kind() string     { return "batch_norm" }
func (l *BatchNorm) Stage() Stage     { return StageNorm }
func (l *BatchNorm) Params() []*Param { return l.params }

// GainBound returns what holds for the kind of the last recorded pass: with
// running statistics the largest |γ|/√(running σ²+ε), which is the gain's exact
// supremum; with the batch's own max|γ|/√ε, as for [LayerNorm].
func (l *BatchNorm) GainBound() float64 {
	if l.ofBatch {
		return maxAbs(l.Gamma.Value.Data) / math.Sqrt(normEpsilon)
	}
	bound := 0.0
	for i, g := range l.Gamma.Value.Data {
		bound = max(bound, math.Abs(float64(g))/math.Sqrt(float64(l.Var.Value.Data[i])+normEpsilon))
	}
	return bound
}

// Forward computes y = γ·x̂ + β.
func (l *BatchNorm) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	n := l.Gamma.Value.Len()
	p.CheckFeatures("batch_norm", x, n)
	rows := x.Rows()
	y, xhat := p.Arena.Like(x), p.Arena.Like(x)
	mean, inv := p.Arena.Floats(n), p.Arena.Floats(n)
	ofBatch := p.Train && rows > 1
	if ofBatch {
		l.batchStatistics(p, x, mean, inv)
	} else {
		copy(mean, l.Mean.Value.Data)
		for i, v := range l.Var.Value.Data {
			inv[i] = tensor.Float(1 / math.Sqrt(float64(v)+normEpsilon))
		}
	}
	gamma, beta := l.Gamma.Value.Data, l.Beta.Value.Data
	for r := range rows {
		row, norm, out := x.Row(r), xhat.Row(r), y.Row(r)
		kernel.BatchNormalize(out, norm, row, mean, inv, gamma, beta)
	}
	if p.Record {
		l.xhat, l.inv, l.ofBatch = xhat, inv, ofBatch
	}
	return y
}

// batchStatistics computes the mean and 1/√(σ²+ε) of every feature, and moves
// the running statistics when the pass is recorded.
func (l *BatchNorm) batchStatistics(p *Pass, x *tensor.Tensor, mean, inv []tensor.Float) {
	rows := x.Rows()
	sum, squares := l.sum, l.squares
	clear(sum)
	clear(squares)
	for r := range rows {
		kernel.AddTo(sum, x.Row(r))
	}
	for i := range sum {
		sum[i] /= float64(rows)
	}
	for r := range rows {
		kernel.AddSquaresAround(squares, x.Row(r), sum)
	}
	for i := range sum {
		mean[i] = tensor.Float(sum[i])
		inv[i] = tensor.Float(1 / math.Sqrt(squares[i]/float64(rows)+normEpsilon))
		if p.Record {
			follow(&l.Mean.Value.Data[i], sum[i])
			follow(&l.Var.Value.Data[i], squares[i]/float64(rows-1))
		}
	}
}

func follow(running *tensor.Float, now float64) {
	*running = tensor.Float((1-batchNormMomentum)*float64(*running) + batchNormMomentum*now)
}

// Backward computes dβ += Σ dy, dγ += Σ dy·x̂ over the N rows, and
//
//	dx = γ/√(σ²+ε) · (dy − Σdy/N − x̂·Σ(dy·x̂)/N)
//
// or, where the running statistics were used, which don't depend on x,
// dx = γ/√(σ²+ε) · dy.
func (l *BatchNorm) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("batch_norm", dy, l.xhat)
	rows, n := dy.Rows(), len(l.inv)
	sum, along := p.Arena.Floats(n), p.Arena.Floats(n)
	clear(sum)
	clear(along)
	for r := range rows {
		d := dy.Row(r)
		kernel.Add(sum, d)
		kernel.MulAdd(along, d, l.xhat.Row(r))
	}
	kernel.Add(l.Beta.Grad.Data, sum)
	kernel.Add(l.Gamma.Grad.Data, along)
	if !p.InputGrad() {
		return nil
	}
	dx := p.Arena.Like(dy)
	a := p.Arena.Floats(n)
	kernel.Mul(a, l.Gamma.Value.Data, l.inv)
	if !l.ofBatch {
		for r := range rows {
			kernel.Mul(dx.Row(r), a, dy.Row(r))
		}
		return dx
	}
	over := 1 / tensor.Float(rows)
	kernel.Scale(sum, over)
	kernel.Scale(along, over)
	for r := range rows {
		kernel.BatchNormBackward(dx.Row(r), dy.Row(r), l.xhat.Row(r), a, sum, along)
	}
	return dx
}
