package kernel

import "math"

// The derivatives of the functions of math.go: dz = dh·φ′(z), from h = φ(z)
// where that is enough and from z elsewhere.

// SigmoidBackward computes dz = dh·h·(1−h).
func SigmoidBackward(dz, dh, h []Float) { eachBlock3(active.sigmoidBackward, dz, dh, h) }

// TanhBackward computes dz = dh·(1−h²).
func TanhBackward(dz, dh, h []Float) { eachBlock3(active.tanhBackward, dz, dh, h) }

// ReLUBackward computes dz = dh, or 0 where h ≤ 0. Since h = max(z, 0), this is
// where z ≤ 0; a NaN lets dh pass.
func ReLUBackward(dz, dh, h []Float) { eachBlock3(active.reluBackward, dz, dh, h) }

// GELUBackward computes dz = dh·(Φ(z) + z·N(z)) with the normal density N.
func GELUBackward(dz, dh, z []Float) { eachBlock3(active.geluBackward, dz, dh, z) }

// SoftplusBackward computes dz = dh/(1+e⁻ᶻ).
func SoftplusBackward(dz, dh, z []Float) { eachBlock3(active.softplusBackward, dz, dh, z) }

// LeakyReLUBackward computes dz = dh, or slope·dh where z ≤ 0.
func LeakyReLUBackward(dz, dh, z []Float, slope Float) {
	dh, z = dh[:len(dz)], z[:len(dz)]
	for len(dz) > block {
		active.leakyReluBackward(dz[:block], dh[:block], z[:block], slope)
		dz, dh, z = dz[block:], dh[block:], z[block:]
	}
	active.leakyReluBackward(dz, dh, z, slope)
}

// ELUBackward computes dz = above·dh, or dh·below·eᶻ where z ≤ 0.
func ELUBackward(dz, dh, z []Float, above, below Float) {
	dh, z = dh[:len(dz)], z[:len(dz)]
	for len(dz) > block {
		active.eluBackward(dz[:block], dh[:block], z[:block], above, below)
		dz, dh, z = dz[block:], dh[block:], z[block:]
	}
	active.eluBackward(dz, dh, z, above, below)
}

func sigmoidBackwardGo(dz, dh, h []Float) {
	for i, d := range dh {
		dz[i] = d * (h[i] * (1 - h[i]))
	}
}

func tanhBackwardGo(dz, dh, h []Float) {
	for i, d := range dh {
		dz[i] = d * (1 - h[i]*h[i])
	}
}

func reluBackwardGo(dz, dh, h []Float) {
	for i, d := range dh {
		if h[i] <= 0 {
			d = 0
		}
		dz[i] = d
	}
}

func geluBackwardGo(dz, dh, z []Float) {
	invSqrt2Pi := 1 / math.Sqrt(2*math.Pi)
	for i, d := range dh {
		switch z := float64(z[i]); {
		case z < -geluTail:
			dz[i] = 0
		case z > geluTail:
			dz[i] = d
		default:
			dz[i] = d * Float(0.5*math.Erfc(-z/math.Sqrt2)+z*invSqrt2Pi*math.Exp(-0.5*z*z))
		}
	}
}

func softplusBackwardGo(dz, dh, z []Float) {
	for i, d := range dh {
		dz[i] = d * Float(sigmoid(float64(z[i])))
	}
}

func leakyReluBackwardGo(dz, dh, z []Float, slope Float) {
	for i, d := range dh {
		if z[i] <= 0 {
			d *= slope
		}
		dz[i] = d
	}
}

// φ′ is taken from z and not as h+below, which rounds to 0 already at z = −17.
func eluBackwardGo(dz, dh, z []Float, above, below Float) {
	for i, d := range dh {
		if z[i] <= 0 {
			dz[i] = d * Float(float64(below)*math.Exp(float64(z[i])))
		} else {
			dz[i] = d * above
		}
	}
}
