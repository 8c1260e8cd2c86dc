package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Dropout sets each element to zero with probability p and scales the others by
// 1/(1−p), in training alone (Srivastava et al. 2014; "inverted" as PyTorch
// does it, so that inference needs no scaling).
//
// What is dropped depends on the seed and [Pass.Step] alone: a run that is
// resumed drops the same elements as one that never stopped.
type Dropout struct {
	p       float64
	seed    uint64
	mask    *tensor.Tensor // 0 or 1/(1−p)
	y       *tensor.Tensor
	dropped bool // whether the last recorded pass dropped anything
}

// NewDropout returns a dropout of probability p in [0, 1), which it panics
// outside of. Each dropout of a model needs a seed of its own.
func NewDropout(p float64, seed uint64) *Dropout {
	if !(p >= 0 && p < 1) {
		panic(fmt.Sprintf("nn.NewDropout: the probability must be in [0, 1), got %v", p))
	}
	return &Dropout{p: p, seed: seed}
}

// P returns the probability of dropping an element.
func (l *Dropout) P() float64 { return l.p }

func (l *Dropout) Kind() string     { return "dropout" }
func (l *Dropout) Stage() Stage     { return StageDropout }
func (l *Dropout) Params() []*Param { return nil }

// GainBound returns 1/(1−p), the largest factor of the mask.
func (l *Dropout) GainBound() float64 { return 1 / (1 - l.p) }

// Forward drops elements in training and returns x itself otherwise.
func (l *Dropout) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	if !p.Train || l.p == 0 {
		if p.Record {
			l.y, l.dropped = x, false
		}
		return x
	}
	var rng tensor.RNG
	rng.Seed(l.seed, p.Step)
	mask, y := p.Arena.Like(x), p.Arena.Like(x)
	keep := tensor.Float(1 / (1 - l.p))
	for i, v := range x.Data {
		m := keep
		if rng.Float64() < l.p {
			m = 0
		}
		mask.Data[i] = m
		y.Data[i] = v * m
	}
	if p.Record {
		l.mask, l.y, l.dropped = mask, y, true
	}
	return y
}

// Backward computes dx = dy·mask; dy itself when nothing was dropped.
func (l *Dropout) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("dropout", dy, l.y)
	if !p.InputGrad() {
		return nil
	}
	if !l.dropped {
		return dy
	}
	dx := p.Arena.Like(dy)
	for i, d := range dy.Data {
		dx.Data[i] = d * l.mask.Data[i]
	}
	return dx
}
