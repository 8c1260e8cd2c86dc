package nn

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// The functions and their derivatives over whole slices, in the order of
// activations.go. Comparisons are written so that NaN falls through to the
// branch that computes with z and stays NaN; exponentials are only taken of
// arguments that can't overflow where the function itself does not.

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

func sigmoidForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		h[i] = tensor.Float(sigmoid(float64(v)))
	}
}

// sigmoid keeps its relative precision for negative z too, where 1/(1+e⁻ᶻ)
// would overflow on the way.
func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

func sigmoidBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		dz[i] = d * (h[i] * (1 - h[i]))
	}
}

func tanhForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		h[i] = tensor.Float(math.Tanh(float64(v)))
	}
}

func tanhBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		dz[i] = d * (1 - h[i]*h[i])
	}
}

func reluForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		h[i] = max(v, 0)
	}
}

func reluBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		if h[i] <= 0 {
			d = 0
		}
		dz[i] = d
	}
}

func leakyForward(h, z []tensor.Float, a tensor.Float) {
	for i, v := range z {
		if v <= 0 {
			v *= a
		}
		h[i] = v
	}
}

func leakyBackward(dz, dh, z, _ []tensor.Float, a tensor.Float) {
	for i, d := range dh {
		if z[i] <= 0 {
			d *= a
		}
		dz[i] = d
	}
}

func eluForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		if v <= 0 {
			v = tensor.Float(math.Expm1(float64(v)))
		}
		h[i] = v
	}
}

// φ′ is taken from z and not as h+1, which rounds to 0 already at z = −17.
func eluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		if z[i] <= 0 {
			d *= tensor.Float(math.Exp(float64(z[i])))
		}
		dz[i] = d
	}
}

func seluForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		if v <= 0 {
			h[i] = tensor.Float(seluLambda * seluAlpha * math.Expm1(float64(v)))
		} else {
			h[i] = seluLambda * v
		}
	}
}

func seluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		if z[i] <= 0 {
			dz[i] = d * tensor.Float(seluLambda*seluAlpha*math.Exp(float64(z[i])))
		} else {
			dz[i] = d * seluLambda
		}
	}
}

// geluTail is where Φ(−z) and z·N(z) are 0 in float64, and the products below
// would be Inf·0 for an infinite z.
const geluTail = 40

func geluForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		switch z := float64(v); {
		case z < -geluTail:
			h[i] = 0
		default:
			h[i] = tensor.Float(z * 0.5 * math.Erfc(-z/math.Sqrt2))
		}
	}
}

func geluBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	invSqrt2Pi := 1 / math.Sqrt(2*math.Pi)
	for i, d := range dh {
		switch z := float64(z[i]); {
		case z < -geluTail:
			dz[i] = 0
		case z > geluTail:
			dz[i] = d
		default:
			dz[i] = d * tensor.Float(0.5*math.Erfc(-z/math.Sqrt2)+z*invSqrt2Pi*math.Exp(-0.5*z*z))
		}
	}
}

func softplusForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		z := float64(v)
		h[i] = tensor.Float(max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
	}
}

func softplusBackward(dz, dh, z, _ []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		dz[i] = d * tensor.Float(sigmoid(float64(z[i])))
	}
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

func expForward(h, z []tensor.Float, _ tensor.Float) {
	for i, v := range z {
		h[i] = tensor.Float(math.Exp(float64(v)))
	}
}

func expBackward(dz, dh, _, h []tensor.Float, _ tensor.Float) {
	for i, d := range dh {
		dz[i] = d * h[i]
	}
}

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
