package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// The functions and their derivatives over whole slices, in the order of
// activations.go; the loops are in package kernel, but for those that nobody
// trains a large network with. Comparisons are written so that NaN falls through
// to the branch that computes with z and stays NaN.

// The constants of SELU, to the digits that Klambauer et al. 2017 publish with
// their code and PyTorch uses.
const (
	seluAlpha  = 1.6732632423543772848170429916717
	seluLambda = 1.0507009873554804934193349852946
)

func linearForward(h, z []tensor.Float, a tensor.Float) {
	for i, v := range z {
		h[i] = a * v
	}
}

func linearBackward(dz, dh, _, _ []tensor.Float, a tensor.Float) {
	for i, d := range dh {
		dz[i] = a * d
	}
}

func sigmoidForward(h, z []tensor.Float, _ tensor.Float) { kernel.Sigmoid(h, z) }

func sigmoidBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) { kernel.SigmoidBackward(dz, dh, h) }

func tanhForward(h, z []tensor.Float, _ tensor.Float) { kernel.Tanh(h, z) }

func tanhBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) { kernel.TanhBackward(dz, dh, h) }

func reluForward(h, z []tensor.Float, _ tensor.Float) { kernel.ReLU(h, z) }

// h ≤ 0 is where z ≤ 0, so z need not be kept.
func reluBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) { kernel.ReLUBackward(dz, dh, h) }

func leakyForward(h, z []tensor.Float, a tensor.Float) { kernel.LeakyReLU(h, z, a) }

func leakyBackward(dz, dh, z, _ []tensor.Float, a tensor.Float) {
	kernel.LeakyReLUBackward(dz, dh, z, a)
}

func eluForward(h, z []tensor.Float, _ tensor.Float) { kernel.ELU(h, z, 1, 1) }

func eluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) { kernel.ELUBackward(dz, dh, z, 1, 1) }

func seluForward(h, z []tensor.Float, _ tensor.Float) {
	kernel.ELU(h, z, seluLambda, seluLambda*seluAlpha)
}

func seluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	kernel.ELUBackward(dz, dh, z, seluLambda, seluLambda*seluAlpha)
}

func geluForward(h, z []tensor.Float, _ tensor.Float) { kernel.GELU(h, z) }

func geluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) { kernel.GELUBackward(dz, dh, z) }

func softplusForward(h, z []tensor.Float, _ tensor.Float) { kernel.Softplus(h, z) }

func softplusBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	kernel.SoftplusBackward(dz, dh, z)
}

func hardSigmoidForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		h[i] = min(max(v+3, 0), 6) / 6
	}
}

func hardSigmoidBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		if z[i] <= -3 || z[i] >= 3 {
			d = 0
		}
		dz[i] = d / 6
	}
}

func expForward(h, z []tensor.Float, _ tensor.Float) { kernel.Exp(h, z) }

func expBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) { kernel.Mul(dz, dh, h) }

func stepForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		switch {
		case v > 0:
			h[i] = 1
		case v <= 0:
			h[i] = 0
		default:
			h[i] = v // NaN
		}
	}
}

func stepBackward(dz, _, _, _ []tensor.Float, _ tensor.Float) { clear(dz) }
