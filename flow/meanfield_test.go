package flow_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// gauss returns ∫ f(√q·z) Dz by the trapezoidal rule, which converges faster
// than any power of the step for such integrands.
func gauss(q float64, f func(float64) float64) float64 {
	const h = 1.0 / 256
	s, sd := 0.0, math.Sqrt(q)
	for i := -10 * 256; i <= 10*256; i++ {
		z := float64(i) * h
		s += f(sd*z) * math.Exp(-z*z/2)
	}
	return s * h / math.Sqrt(2*math.Pi)
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// below writes a function that has one branch above zero and one below.
func below(pos, neg func(float64) float64) func(float64) float64 {
	return func(z float64) float64 {
		if z > 0 {
			return pos(z)
		}
		return neg(z)
	}
}

// In a wide network the gain per layer is √χ₁ = √(σ_w²·∫φ′(√q·z)² Dz), where
// the pre-activations' variance goes from layer to layer as
// q ← σ_w²·∫φ(√q·z)² Dz (Poole et al. 2016, Schoenholz et al. 2017).
func TestWideNetworksHaveTheGainOfMeanFieldTheory(t *testing.T) {
	id := func(z float64) float64 { return z }
	one := func(float64) float64 { return 1 }
	zero := func(float64) float64 { return 0 }
	c := func(k float64) func(float64) float64 { return func(float64) float64 { return k } }
	const lambda, alpha = 1.0507009873554805, 1.6732632423543772
	cases := []struct {
		name      string
		layer     func() nn.Layer
		phi, dphi func(float64) float64
		table     [4]float64 // √χ₁ at the fixed point for σ_w² = 1/3, 1, 2 and 64·0.05²/3
	}{
		{"sigmoid", func() nn.Layer { return nn.NewSigmoid() }, sigmoid, func(z float64) float64 { s := sigmoid(z); return s * (1 - s) }, [4]float64{.141, .236, .318, .058}},
		{"tanh", func() nn.Layer { return nn.NewTanh() }, math.Tanh, func(z float64) float64 { h := math.Tanh(z); return 1 - h*h }, [4]float64{.577, .999, 1.05, .231}},
		{"relu", func() nn.Layer { return nn.NewReLU() }, below(id, zero), below(one, zero), [4]float64{.408, .707, .999, .163}},
		{"leaky", func() nn.Layer { return nn.NewLeakyReLU(0.3) }, below(id, func(z float64) float64 { return .3 * z }), below(one, c(.3)), [4]float64{.426, .738, 1.04, .170}},
		{"elu", func() nn.Layer { return nn.NewELU() }, below(id, math.Expm1), below(one, math.Exp), [4]float64{.577, .997, 1.01, .231}},
		{"selu", func() nn.Layer { return nn.NewSELU() },
			below(func(z float64) float64 { return lambda * z }, func(z float64) float64 { return lambda * alpha * math.Expm1(z) }),
			below(c(lambda), func(z float64) float64 { return lambda * alpha * math.Exp(z) }), [4]float64{.836, 1.04, 1.05, .335}},
		{"linear", func() nn.Layer { return nn.NewIdentity() }, id, one, [4]float64{.577, 1, 1.41, .231}},
	}
	const width, depth, batch = 512, 30, 16
	weights := make([]*tensor.Tensor, depth)
	for i := range weights {
		weights[i] = normal(uint64(100+i), math.Sqrt(1.0/width), width, width)
	}
	var layers []nn.Layer
	for range depth {
		layers = append(layers, nn.NewDense(width, width), nil)
	}
	x, dy := normal(1, 1, batch, width), normal(2, 1, batch, width)
	p := nn.NewTrainingPass()
	p.WantInput = true
	worst := 0.0
	for _, a := range cases {
		for v, variance := range []float64{1.0 / 3, 1, 2, 64 * 0.05 * 0.05 / 3} {
			for i := range depth {
				d := layers[2*i].(*nn.Dense)
				for k, w := range weights[i].Data {
					d.W.Value.Data[k] = w * tensor.Float(math.Sqrt(variance))
				}
				layers[2*i+1] = a.layer()
			}
			m := nn.NewSequential(layers...)
			r := flow.NewRecorder(m)
			p.Probe = r
			step(p, m, x, dy)

			// The measured and the foretold decades of all layers, each at its own q.
			q, foretold, chi := variance, 0.0, 0.0
			for range depth {
				chi = variance * gauss(q, func(z float64) float64 { d := a.dphi(z); return d * d })
				foretold += math.Log10(chi) / 2
				q = variance * gauss(q, func(z float64) float64 { h := a.phi(z); return h * h })
			}
			measured := r.Last().Total()
			off := math.Pow(10, (measured-foretold)/depth) - 1
			if worst = max(worst, math.Abs(off)); math.Abs(off) > 0.05 {
				t.Errorf("%s, σ_w² = %.2f: the gain per layer is %.4f, theory %.4f", a.name, variance, math.Pow(10, measured/depth), math.Pow(10, foretold/depth))
			}
			for range 3000 { // on to the fixed point; a critical network gets there slowly
				next := variance * gauss64(q, a.phi)
				if math.Abs(next-q) < 1e-7*q || next < 1e-9 || next > 1e12 {
					break
				}
				q = next
			}
			chi = variance * gauss(q, func(z float64) float64 { d := a.dphi(z); return d * d })
			if got := math.Sqrt(chi); math.Abs(got/a.table[v]-1) > 0.02 {
				t.Errorf("%s, σ_w² = %.2f: √χ₁ = %.4f at the fixed point, the table has %.3f", a.name, variance, got, a.table[v])
			}
		}
	}
	t.Logf("%d networks, the gain per layer is off by %.1f %% at most", len(cases)*4, 100*worst)
}

// gauss64 is ∫ φ² Dz with a coarser step, for the many iterations.
func gauss64(q float64, phi func(float64) float64) float64 {
	const h = 1.0 / 16
	s, sd := 0.0, math.Sqrt(q)
	for i := -8 * 16; i <= 8*16; i++ {
		z := float64(i) * h
		v := phi(sd * z)
		s += v * v * math.Exp(-z*z/2)
	}
	return s * h / math.Sqrt(2*math.Pi)
}
