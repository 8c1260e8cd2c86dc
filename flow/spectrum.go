package flow

import (
	"math"
	"math/cmplx"

	"github.com/ebb-ml/ebb/tensor"
)

// SpectralRadius returns ρ(w), the largest absolute eigenvalue of the row-major
// n×n matrix w: what w repeated k times tends to, ‖wᵏ‖^(1/k) → ρ (Gelfand 1941).
// It is NaN for a matrix with an element that is not finite. The cost is about
// 10·n³ multiplications.
func SpectralRadius(w []tensor.Float, n int) float64 {
	rho := 0.0
	for _, v := range Eigenvalues(w, n) {
		if cmplx.IsNaN(v) {
			return math.NaN()
		}
		rho = max(rho, cmplx.Abs(v))
	}
	return rho
}

// Eigenvalues returns those of the row-major n×n matrix w, in no order, by the
// QR algorithm in float64: Householder's reduction to Hessenberg form, then
// Francis's implicit double shifts with deflation (Francis 1961; Golub and Van
// Loan, Matrix Computations, 4th edition 2013, algorithms 7.4.2, 7.5.1, 7.5.2).
// All are NaN where an element is not finite.
func Eigenvalues(w []tensor.Float, n int) []complex128 {
	list := make([]complex128, 0, n)
	scale := 0.0
	for _, v := range w[:n*n] {
		scale = max(scale, math.Abs(float64(v))) // the builtin keeps a NaN
	}
	if scale == 0 {
		return list[:n]
	}
	h := hessenberg{n: n, a: make([]float64, n*n)}
	for i, v := range w[:n*n] {
		h.a[i] = float64(v) / scale
	}
	if math.IsNaN(scale) || math.IsInf(scale, 0) || !h.reduce().iterate(&list) {
		list = list[:0]
		for range n {
			list = append(list, cmplx.NaN())
		}
		return list
	}
	for i := range list {
		list[i] *= complex(scale, 0)
	}
	return list
}

// hessenberg is a matrix on its way to Schur form; zero below the subdiagonal
// once reduced.
type hessenberg struct {
	n int
	a []float64
}

func (h *hessenberg) row(i int) []float64 { return h.a[i*h.n : (i+1)*h.n] }

// reduce makes the elements below the subdiagonal zero, a column at a time, by
// reflections from both sides, which leave the eigenvalues.
func (h *hessenberg) reduce() *hessenberg {
	v, dots := make([]float64, h.n), make([]float64, h.n)
	for k := 0; k+2 < h.n; k++ {
		for i := k + 1; i < h.n; i++ {
			v[i] = h.row(i)[k]
		}
		beta := reflector(v[k+1:])
		if beta == 0 {
			continue
		}
		clear(dots[k:])
		for i := k + 1; i < h.n; i++ { // rows: A −= β·v·(vᵀA)
			axpy(dots[k:], v[i], h.row(i)[k:])
		}
		for i := k + 1; i < h.n; i++ {
			axpy(h.row(i)[k:], -beta*v[i], dots[k:])
		}
		for i := range h.n { // columns: A −= β·(A·v)·vᵀ
			r := h.row(i)[k+1:]
			axpy(r, -beta*dot(r, v[k+1:]), v[k+1:])
		}
		for i := k + 2; i < h.n; i++ {
			h.row(i)[k] = 0
		}
	}
	return h
}

// reflector turns x into v with (I − β·v·vᵀ)·x = ±‖x‖·e₁ and returns β; 0 where
// x is there already.
func reflector(x []float64) (beta float64) {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return 0
	}
	for i := range x {
		x[i] /= largest
	}
	norm := math.Sqrt(dot(x, x))
	x[0] += math.Copysign(norm, x[0])
	return 1 / (norm * math.Abs(x[0]))
}

// sweeps is how many steps an eigenvalue may take; most take two or three.
const sweeps = 60

// iterate deflates from the lower end until nothing is left. It reports false
// where an eigenvalue does not settle.
func (h *hessenberg) iterate(list *[]complex128) bool {
	for hi, tries := h.n-1, 0; hi >= 0; {
		lo := hi
		for ; lo > 0; lo-- {
			near := math.Abs(h.row(lo - 1)[lo-1]) + math.Abs(h.row(lo)[lo])
			if math.Abs(h.row(lo)[lo-1]) <= 0x1p-52*max(near, 0x1p-52) {
				h.row(lo)[lo-1] = 0
				break
			}
		}
		switch hi - lo {
		case 0:
			*list = append(*list, complex(h.row(hi)[hi], 0))
		case 1:
			r, s := pair(h.row(lo)[lo], h.row(lo)[hi], h.row(hi)[lo], h.row(hi)[hi])
			*list = append(*list, r, s)
		default:
			if tries++; tries > sweeps {
				return false
			}
			h.francis(lo, hi, tries%10 == 0)
			continue
		}
		hi, tries = lo-1, 0
	}
	return true
}

// pair returns the eigenvalues of a 2×2 matrix.
func pair(a, b, c, d float64) (complex128, complex128) {
	mean, half := (a+d)/2, (a-d)/2
	square := half*half + b*c
	if square < 0 {
		im := math.Sqrt(-square)
		return complex(mean, im), complex(mean, -im)
	}
	// The larger one has no cancellation; the product is the determinant.
	large := mean + math.Copysign(math.Sqrt(square), mean)
	if large == 0 {
		return 0, 0
	}
	return complex(large, 0), complex(mean-(large-mean), 0)
}

// francis chases a bulge of two shifts through the rows lo..hi: the eigenvalues
// of the last 2×2 block, or, where those make no progress, others (Wilkinson and
// Reinsch 1971, hqr).
func (h *hessenberg) francis(lo, hi int, stuck bool) {
	at := func(i, j int) float64 { return h.a[i*h.n+j] }
	sum := at(hi-1, hi-1) + at(hi, hi)
	product := at(hi-1, hi-1)*at(hi, hi) - at(hi-1, hi)*at(hi, hi-1)
	if stuck {
		size := math.Abs(at(hi, hi-1)) + math.Abs(at(hi-1, hi-2))
		sum, product = 1.5*size, size*size
	}
	var v [3]float64
	v[0] = at(lo, lo)*at(lo, lo) + at(lo, lo+1)*at(lo+1, lo) - sum*at(lo, lo) + product
	v[1] = at(lo+1, lo) * (at(lo, lo) + at(lo+1, lo+1) - sum)
	v[2] = at(lo+1, lo) * at(lo+2, lo+1)
	for k := lo; k < hi; k++ {
		m := min(3, hi-k+1)
		beta := reflector(v[:m])
		h.reflect(k, v[:m], beta, max(lo, k-1), hi, lo, min(k+3, hi))
		if k > lo { // what the reflection made zero
			for i := 1; i < m; i++ {
				h.a[(k+i)*h.n+k-1] = 0
			}
		}
		for i := range min(3, hi-k) {
			v[i] = at(k+1+i, k)
		}
	}
}

// reflect applies I − β·v·vᵀ to the rows k.. in the columns left..right, and to
// the columns k.. in the rows top..bottom.
func (h *hessenberg) reflect(k int, v []float64, beta float64, left, right, top, bottom int) {
	if beta == 0 {
		return
	}
	for j := left; j <= right; j++ {
		sum := 0.0
		for i, x := range v {
			sum += x * h.a[(k+i)*h.n+j]
		}
		for i, x := range v {
			h.a[(k+i)*h.n+j] -= beta * sum * x
		}
	}
	for i := top; i <= bottom; i++ {
		r := h.row(i)[k:]
		sum := 0.0
		for j, x := range v {
			sum += x * r[j]
		}
		for j, x := range v {
			r[j] -= beta * sum * x
		}
	}
}
