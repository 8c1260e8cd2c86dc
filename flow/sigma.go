package flow

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

const (
	leastSteps  = 64
	mostSteps   = 512
	sigmaBudget = 4e7  // multiplications that one matrix may cost above the least
	sigmaRisk   = 1e-9 // the probability that the certificate is wrong
)

// SigmaMax brackets σ_max of the row-major [rows, cols] matrix w.
//
// lower² is the largest eigenvalue of wᵀw (or wwᵀ, whichever is smaller) on the
// Krylov space of k steps of the Lanczos method (Lanczos 1950), in float64,
// reorthogonalized, from a random start (seeded: the same matrix gives the same
// numbers). upper makes it a certificate: Pr[λ_k < (1−ε)·λ_max] ≤
// 1.648·√n·e^(−√ε(2k−1)) (Kuczyński and Woźniakowski 1992, theorem 4.2) with ε such
// that this is 1e-9, so upper = lower/√(1−ε), or the Frobenius norm or
// √(‖w‖₁‖w‖_∞) where those are smaller. Where k reaches the smaller side of the
// matrix, or its rank, both are exact but for rounding. A matrix with an element
// that is not finite has no bound.
//
// The cost is 2·k products per element, k from 64 to 512 by the size; nothing of
// the size of the matrix is kept.
func SigmaMax(w []tensor.Float, rows, cols int) (lower, upper float64) {
	frobenius, mixed := elementaryBounds(w, rows, cols)
	if math.IsNaN(frobenius) || math.IsInf(frobenius, 0) {
		return math.Inf(1), math.Inf(1)
	}
	n := min(rows, cols)
	if n <= 1 || frobenius == 0 {
		return frobenius, frobenius
	}
	most := min(n, mostSteps, max(leastSteps, int(sigmaBudget/(2*float64(rows)*float64(cols)))))
	lambda, k, exact := lanczos(w, rows, cols, most, frobenius*frobenius)
	lower = math.Sqrt(lambda)
	upper = lower * (1 + 1e-12) // for rounding
	if !exact {
		root := math.Log(1.648*math.Sqrt(float64(n))/sigmaRisk) / float64(2*k-1)
		upper /= math.Sqrt(1 - root*root)
	}
	return lower, max(lower, min(upper, frobenius, mixed))
}

// lanczos returns the largest eigenvalue of the smaller Gram matrix of w on the
// Krylov space of k ≤ most steps, and whether that space is the whole one.
// scale is the trace.
func lanczos(w []tensor.Float, rows, cols, most int, scale float64) (lambda float64, k int, exact bool) {
	n := min(rows, cols)
	rng := tensor.NewRNG(1, uint64(rows)<<32|uint64(cols))
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.Normal()
	}
	normalize(v)
	var basis [][]float64
	var diagonal, beside []float64 // of the tridiagonal matrix
	between := make([]float64, max(rows, cols))
	for {
		basis = append(basis, v)
		next := make([]float64, n)
		gramTimes(next, w, v, between, rows, cols)
		diagonal = append(diagonal, dot(next, v))
		// Twice is enough (Parlett 1980): what is left is orthogonal to rounding.
		for range 2 {
			for _, b := range basis {
				axpy(next, -dot(next, b), b)
			}
		}
		size := normalize(next)
		if len(basis) == n || size <= 1e-14*scale {
			exact = true
			break
		}
		if len(basis) == most {
			break
		}
		beside = append(beside, size)
		v = next
	}
	return largestEigenvalue(diagonal, beside), len(basis), exact
}

// gramTimes computes dst = wᵀ(w·v) when the columns are the smaller side, and
// w(wᵀ·v) otherwise. between has room for the larger side.
func gramTimes(dst []float64, w []tensor.Float, v, between []float64, rows, cols int) {
	if cols <= rows {
		clear(dst)
		for r := range rows {
			row := w[r*cols : (r+1)*cols]
			mixedAxpy(dst, mixedDot(row, v), row)
		}
		return
	}
	between = between[:cols]
	clear(between)
	for r := range rows {
		mixedAxpy(between, v[r], w[r*cols:(r+1)*cols])
	}
	for r := range rows {
		dst[r] = mixedDot(w[r*cols:(r+1)*cols], between)
	}
}

// largestEigenvalue returns that of the symmetric tridiagonal matrix with the
// diagonal d and the elements e beside it, by bisection: the signs of the pivots
// of T − xI count the eigenvalues below x (Sylvester's law of inertia).
func largestEigenvalue(d, e []float64) float64 {
	low, high := 0.0, 0.0
	for i, x := range d {
		low = max(low, x) // a diagonal element is a Rayleigh quotient
		if i > 0 {
			x += math.Abs(e[i-1])
		}
		if i < len(e) {
			x += math.Abs(e[i])
		}
		high = max(high, x) // Gershgorin
	}
	for {
		x := low + (high-low)/2
		if x <= low || x >= high || high-low <= 1e-15*high {
			return low
		}
		above := false // an eigenvalue above x is a pivot that is not negative
		pivot := 1.0
		for i := range d {
			p := d[i] - x
			if i > 0 {
				p -= e[i-1] * e[i-1] / pivot
			}
			if p >= 0 {
				above = true
				break
			}
			pivot = p
		}
		if above {
			low = x
		} else {
			high = x
		}
	}
}
