package main

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Swish is h = z·σ(β·z) with one trained β for each feature (Ramachandran, Zoph
// and Le 2017). Nothing of it is inside Ebb: nn.Layer is all that a layer needs.
type Swish struct {
	Beta   *nn.Param
	params []*nn.Param
	z      *tensor.Tensor // the input of the last recorded Forward
}

// NewSwish returns the layer for the given number of features, with β = 1.
func NewSwish(features int) *Swish {
	s := &Swish{Beta: nn.NewParam("beta", features)}
	s.Beta.Value.Fill(1)
	s.params = []*nn.Param{s.Beta}
	return s
}

// Params returns β.
func (s *Swish) Params() []*nn.Param { return s.params }

// Kind and Stage are optional: what reports call the layer, and which factor of
// the chain rule it is.
func (s *Swish) Kind() string    { return "swish" }
func (s *Swish) Stage() nn.Stage { return nn.StageActivation }

// GainBound is optional too. φ′(z) = σ(u) + u·σ(u)·(1−σ(u)) with u = β·z: its
// largest value, at u ≈ 2.3994, is the same for every β.
func (s *Swish) GainBound() float64 { return 1.0998394 }

// Forward computes h = z·σ(β·z).
func (s *Swish) Forward(p *nn.Pass, z *tensor.Tensor) *tensor.Tensor {
	p.CheckFeatures("swish", z, s.Beta.Value.Len())
	if p.Record {
		s.z = z // inference writes nothing, so that goroutines can share a model
	}
	h := p.Arena.Like(z) // from the pass: a step allocates nothing
	beta := s.Beta.Value.Data
	for r := range z.Rows() {
		zr, hr := z.Row(r), h.Row(r)
		for j, v := range zr {
			hr[j] = v * sigmoid(beta[j]*v)
		}
	}
	return h
}

// Backward computes dz = dh·(σ + βz·σ(1−σ)) and dβ += Σ dh·z²·σ(1−σ).
func (s *Swish) Backward(p *nn.Pass, dh *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("swish", dh, s.z)
	dz := p.Arena.Like(dh)
	beta, dbeta := s.Beta.Value.Data, s.Beta.Grad.Data
	for r := range dh.Rows() {
		zr, dhr, dzr := s.z.Row(r), dh.Row(r), dz.Row(r)
		for j, z := range zr {
			sig := sigmoid(beta[j] * z)
			slope := sig * (1 - sig)
			dzr[j] = dhr[j] * (sig + beta[j]*z*slope)
			dbeta[j] += dhr[j] * z * z * slope
		}
	}
	if !p.InputGrad() {
		return nil // nothing below this layer is trained
	}
	return dz
}

func sigmoid(x tensor.Float) tensor.Float {
	return tensor.Float(1 / (1 + math.Exp(-float64(x))))
}
