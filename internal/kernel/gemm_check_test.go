package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// guard is what nothing may write over.
const guard = Float(-77777)

// guarded moves the matrices of p to slices that start at odd places, sets what
// c must not change to the guard, and what a and b must not use to NaN.
func (p *product) guarded(offset, gap int) {
	nan := Float(math.NaN())
	move := func(s []Float, rows, cols, from, to int) []Float {
		wide := make([]Float, offset+rows*to)
		for i := range wide {
			wide[i] = nan
		}
		for r := range rows {
			copy(wide[offset+r*to:][:cols], s[r*from:])
		}
		return wide[offset:]
	}
	ra, ca, rb, cb := p.m, p.k, p.k, p.n
	if p.op == TN {
		ra, ca = ca, ra
	}
	if p.op == NT {
		rb, cb = cb, rb
	}
	p.a = move(p.a, ra, ca, p.lda, ca+gap)
	p.b = move(p.b, rb, cb, p.ldb, cb+gap)
	p.c = move(p.c, p.m, p.n, p.ldc, p.n+gap)
	p.lda, p.ldb, p.ldc = ca+gap, cb+gap, p.n+gap
	for i := range p.c {
		if i%p.ldc >= p.n {
			p.c[i] = guard
		}
	}
}

// check runs p with e and compares it with the sums in float64.
func (p *product) check(t *testing.T, e Epilogue) {
	t.Helper()
	ulp := 0x1p-23
	if FloatBits == 64 {
		ulp = 0x1p-52
	}
	name := fmt.Sprintf("%s m%d n%d k%d ldc %d acc %v bias %v relu %v", opNames[p.op], p.m, p.n, p.k, p.ldc, e.Accumulate, e.Bias != nil, e.ReLU)
	before := slices.Clone(p.c)
	Gemm(p.op, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.c, p.ldc, e)
	// All of a small product, and of a large one its edges and a sample.
	rows, cols := sample(p.m), sample(p.n)
	for _, i := range rows {
		for _, j := range cols {
			want, size := p.exact(i, j)
			if e.Accumulate {
				want += float64(before[i*p.ldc+j])
				size += math.Abs(float64(before[i*p.ldc+j]))
			}
			if e.Bias != nil {
				want += float64(e.Bias[j])
				size += math.Abs(float64(e.Bias[j]))
			}
			if e.ReLU {
				want = max(want, 0)
			}
			got := float64(p.c[i*p.ldc+j])
			if !(math.Abs(got-want) <= (float64(p.k)+3)*ulp*size) {
				t.Fatalf("%s: (%d,%d) is %v, expected %v", name, i, j, got, want)
			}
		}
	}
	for i, v := range p.c {
		if i%p.ldc >= p.n && v != guard {
			t.Fatalf("%s: wrote into the gap of row %d, %d columns after its end", name, i/p.ldc, i%p.ldc-p.n)
		}
	}
}

// sample is all of 0..n where that is little, otherwise the edges and some.
func sample(n int) []int {
	var s []int
	for i := range n {
		if n <= 40 || i < 3 || i > n-20 || i%37 == 0 {
			s = append(s, i)
		}
	}
	return s
}

// shapes is all of them on a fast path, and the first three on the one that
// takes a hundred times as long under the race detector, and with -short, which
// is for that and for emulated machines.
func shapes(all ...[3]int) [][3]int {
	if active.speed <= goGemm.speed || testing.Short() {
		return all[:3]
	}
	return all
}

func epilogue(bits, n int, rng *rand.Rand) Epilogue {
	e := Epilogue{Accumulate: bits&1 != 0, ReLU: bits&4 != 0}
	if bits&2 != 0 {
		e.Bias = make([]Float, n)
		for i := range e.Bias {
			e.Bias[i] = Float(rng.NormFloat64())
		}
	}
	return e
}
