//go:build !purego && !float64

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// fma returns x·y + z, rounded once to float32.
func fma(x, y, z float32) float32 {
	p := float64(x) * float64(y) // exact
	c := float64(z)
	s := p + c
	// What s lost; made odd by it, s rounds to float32 as the exact sum does.
	v := s - p
	lost := (p - (s - v)) + (c - v)
	if bits := math.Float64bits(s); lost != 0 && bits&1 == 0 {
		if (lost > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

// TestGemmNeonChain compares every bit of products with the chain of operations
// that each element is by contract, wherever its tile is.
func TestGemmNeonChain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	fill := func(n int) []Float {
		s := make([]Float, n)
		for i := range s {
			s[i] = Float(r.NormFloat64())
		}
		return s
	}
	type size struct{ m, n, k int }
	sizes := []size{{1, 1, 1}, {8, 12, 4}, {1, 100, 3}, {2, 61, 300}, {33, 515, 40}, {137, 14, 9}, {9, 25, 513}, {40, 600, 17}, {3, 3, 0}}
	for range 60 {
		sizes = append(sizes, size{1 + r.IntN(20), 1 + r.IntN(50), r.IntN(20)})
	}
	for _, z := range sizes {
		for op := NN; op <= TN; op++ {
			lda, ldb, ldc := z.k+r.IntN(3), z.n+r.IntN(3), z.n+r.IntN(3)
			if op == TN {
				lda = z.m + r.IntN(3)
			}
			if op == NT {
				ldb = z.k + r.IntN(3)
			}
			a, b, c := fill(max(z.m, z.k)*lda), fill(max(z.n, z.k)*ldb), fill(z.m*ldc)
			e := Epilogue{Accumulate: r.IntN(2) == 0, ReLU: r.IntN(2) == 0}
			if r.IntN(2) == 0 {
				e.Bias = fill(z.n)
			}
			want := append([]Float(nil), c...)
			for i := range z.m {
				for q := range z.n {
					v := &want[i*ldc+q]
					if !e.Accumulate {
						*v = 0
					}
					for p0 := 0; p0 < z.k; p0 += blockK {
						s := Float(0)
						for p := p0; p < min(p0+blockK, z.k); p++ {
							x, y := i*lda+p, p*ldb+q
							if op == TN {
								x = p*lda + i
							}
							if op == NT {
								y = q*ldb + p
							}
							s = fma(a[x], b[y], s)
						}
						*v += s
					}
					if e.Bias != nil {
						*v += e.Bias[q]
					}
					if e.ReLU {
						*v = max(*v, 0)
					}
				}
			}
			cut := r.IntN(z.m + 1)
			j := gemmJob{op: op, m: z.m, n: z.n, k: z.k, a: a, b: b, c: c, lda: lda, ldb: ldb, ldc: ldc, e: e}
			if cut > 0 {
				gemmNeon(j, 0, cut)
			}
			gemmNeon(j, cut, z.m)
			for i := range want {
				if c[i] != want[i] {
					t.Fatalf("op %d, %+v, cut %d, %+v: element %d is %v, want %v", op, z, cut, e, i, c[i], want[i])
				}
			}
		}
	}
}
