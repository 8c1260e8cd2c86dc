package kernel

import "math"

// The loops of the losses that are sums over the elements.

// SquaredError returns the sum of (p−t)² in float64.
func SquaredError(p, t []Float) float64 { return sumBlocks2(active.squaredError, p, t) }

// ErrorGradient computes d = a·(p−t).
func ErrorGradient(d, p, t []Float, a Float) { gradientBlocks(active.errorGradient, d, p, t, a) }

// Logistic returns the sum of max(z,0) − z·t + ln(1+e^−|z|), the cross-entropy
// of the targets t with σ(z), in float64.
func Logistic(z, t []Float) float64 { return sumBlocks2(active.logistic, z, t) }

// LogisticGradient computes d = a·(σ(z)−t).
func LogisticGradient(d, z, t []Float, a Float) { gradientBlocks(active.logisticGradient, d, z, t, a) }

func gradientBlocks(f func(d, p, t []Float, a Float), d, p, t []Float, a Float) {
	p, t = p[:len(d)], t[:len(d)]
	for len(d) > block {
		f(d[:block], p[:block], t[:block], a)
		d, p, t = d[block:], p[block:], t[block:]
	}
	f(d, p, t, a)
}

func squaredErrorGo(p, t []Float) float64 {
	t = t[:len(p)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(p); i += 4 {
		a, b := p[i:i+4:i+4], t[i:i+4:i+4]
		d0, d1 := float64(a[0])-float64(b[0]), float64(a[1])-float64(b[1])
		d2, d3 := float64(a[2])-float64(b[2]), float64(a[3])-float64(b[3])
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(p); i++ {
		d := float64(p[i]) - float64(t[i])
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

func errorGradientGo(d, p, t []Float, a Float) {
	p, t = p[:len(d)], t[:len(d)]
	for i := range d {
		d[i] = a * (p[i] - t[i])
	}
}

func logisticGo(z, t []Float) float64 {
	sum := 0.0
	for i, v := range z {
		z := float64(v)
		sum += math.Max(z, 0) - z*float64(t[i]) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	return sum
}

func logisticGradientGo(d, z, t []Float, a Float) {
	for i, v := range z {
		d[i] = a * Float(sigmoid(float64(v))-float64(t[i]))
	}
}
