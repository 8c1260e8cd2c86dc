package flow

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

const (
	leastIterations = 200
	mostIterations  = 4000
	sigmaBudget     = 20e6 // multiplications that one matrix may cost above the least
	sigmaRisk       = 1e-9 // the probability that the certificate is wrong
)

// SigmaMax brackets σ_max of the row-major [rows, cols] matrix w.
//
// lower comes from k steps of the power method on wᵀw in float64 from a random
// start (seeded: the same matrix gives the same numbers). upper makes it a
// certificate: Pr[λ_k < (1−ε)·λ_max] ≤ 0.824·√n·(1−ε)^(k−½) (Kuczyński and
// Woźniakowski 1992, theorem 4.1) with ε such that this is 1e-9, so
// upper = lower/√(1−ε), or the Frobenius norm or √(‖w‖₁‖w‖_∞) where those are
// smaller. For a single row or column both are exact. A matrix with an element
// that is not finite has no bound.
func SigmaMax(w []tensor.Float, rows, cols int) (lower, upper float64) {
	frobenius, mixed := elementaryBounds(w, rows, cols)
	if math.IsNaN(frobenius) || math.IsInf(frobenius, 0) {
		return math.Inf(1), math.Inf(1)
	}
	n := min(rows, cols)
	if n <= 1 || frobenius == 0 {
		return frobenius, frobenius
	}
	g := gram(w, rows, cols, n)
	k := int(min(mostIterations, max(leastIterations, sigmaBudget/float64(n*n))))
	rng := tensor.NewRNG(1, uint64(rows)<<32|uint64(cols))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = rng.Normal()
	}
	normalize(x)
	lambda := 0.0
	for range k {
		lambda = 0
		for i := range y {
			s := dot(g[i*n:(i+1)*n], x)
			y[i] = s
			lambda += s * x[i]
		}
		normalize(y)
		x, y = y, x
	}
	lower = math.Sqrt(lambda)
	// (1−ε) = (risk / (0.824·√n))^(1/(k−½))
	keep := math.Pow(sigmaRisk/(0.824*math.Sqrt(float64(n))), 1/(float64(k)-0.5))
	upper = min(lower/math.Sqrt(keep), frobenius, mixed)
	return lower, max(lower, upper)
}

// elementaryBounds returns the Frobenius norm and √(‖w‖₁·‖w‖_∞).
func elementaryBounds(w []tensor.Float, rows, cols int) (frobenius, mixed float64) {
	columns := make([]float64, cols)
	widest := 0.0
	for r := range rows {
		sum := 0.0
		for c, v := range w[r*cols : (r+1)*cols] {
			a := math.Abs(float64(v))
			frobenius += a * a
			sum += a
			columns[c] += a
		}
		widest = max(widest, sum)
	}
	tallest := 0.0
	for _, c := range columns {
		tallest = max(tallest, c)
	}
	return math.Sqrt(frobenius), math.Sqrt(widest * tallest)
}

// gram returns the smaller of w·wᵀ and wᵀ·w, which is [n, n].
func gram(w []tensor.Float, rows, cols, n int) []float64 {
	length := max(rows, cols)
	v := make([]float64, n*length) // the n vectors whose products are wanted
	for r := range rows {
		for c := range cols {
			if n == rows {
				v[r*length+c] = float64(w[r*cols+c])
			} else {
				v[c*length+r] = float64(w[r*cols+c])
			}
		}
	}
	g := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			s := dot(v[i*length:(i+1)*length], v[j*length:(j+1)*length])
			g[i*n+j], g[j*n+i] = s, s
		}
	}
	return g
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func normalize(x []float64) {
	n := math.Sqrt(dot(x, x))
	if n == 0 {
		return
	}
	for i := range x {
		x[i] /= n
	}
}
