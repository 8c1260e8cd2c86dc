package kernel

import "math"

// The functions of one variable that are activations, over slices. The pure Go
// versions compute in float64 and round once; the assembly in float32, to at
// most two units in the last place for Exp, Tanh, Sigmoid, Softplus and ELU and
// five for GELU. Comparisons are written so that NaN falls through to the branch that
// computes with z and stays NaN.

// Exp computes dst = eˣ.
func Exp(dst, x []Float) { eachBlock2(active.exp, dst, x) }

// Tanh computes dst = tanh x.
func Tanh(dst, x []Float) { eachBlock2(active.tanh, dst, x) }

// Sigmoid computes dst = 1/(1+e⁻ˣ).
func Sigmoid(dst, x []Float) { eachBlock2(active.sigmoid, dst, x) }

// GELU computes dst = x·Φ(x) with the normal distribution function Φ.
func GELU(dst, x []Float) { eachBlock2(active.gelu, dst, x) }

// Softplus computes dst = ln(1+eˣ).
func Softplus(dst, x []Float) { eachBlock2(active.softplus, dst, x) }

// ReLU computes dst = max(x, 0).
func ReLU(dst, x []Float) { eachBlock2(active.relu, dst, x) }

// LeakyReLU computes dst = x for x > 0 and slope·x otherwise.
func LeakyReLU(dst, x []Float, slope Float) {
	x = x[:len(dst)]
	for len(dst) > block {
		active.leakyRelu(dst[:block], x[:block], slope)
		dst, x = dst[block:], x[block:]
	}
	active.leakyRelu(dst, x, slope)
}

// ELU computes dst = above·x for x > 0 and below·(eˣ−1) otherwise: ELU and SELU.
func ELU(dst, x []Float, above, below Float) {
	x = x[:len(dst)]
	for len(dst) > block {
		active.elu(dst[:block], x[:block], above, below)
		dst, x = dst[block:], x[block:]
	}
	active.elu(dst, x, above, below)
}

func expGo(dst, x []Float) {
	for i, v := range x {
		dst[i] = Float(math.Exp(float64(v)))
	}
}

func tanhGo(dst, x []Float) {
	for i, v := range x {
		dst[i] = Float(math.Tanh(float64(v)))
	}
}

func sigmoidGo(dst, x []Float) {
	for i, v := range x {
		dst[i] = Float(sigmoid(float64(v)))
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

// geluTail is where Φ(−z) and z·N(z) are 0 in float64, and the products below
// would be Inf·0 for an infinite z.
const geluTail = 40

func geluGo(dst, x []Float) {
	for i, v := range x {
		switch z := float64(v); {
		case z < -geluTail:
			dst[i] = 0
		default:
			dst[i] = Float(z * 0.5 * math.Erfc(-z/math.Sqrt2))
		}
	}
}

func softplusGo(dst, x []Float) {
	for i, v := range x {
		z := float64(v)
		dst[i] = Float(max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
	}
}

func reluGo(dst, x []Float) {
	for i, v := range x {
		dst[i] = max(v, 0)
	}
}

func leakyReluGo(dst, x []Float, slope Float) {
	for i, v := range x {
		if v <= 0 {
			v *= slope
		}
		dst[i] = v
	}
}

func eluGo(dst, x []Float, above, below Float) {
	for i, v := range x {
		if v <= 0 {
			v = Float(float64(below) * math.Expm1(float64(v)))
		} else {
			v *= above
		}
		dst[i] = v
	}
}
