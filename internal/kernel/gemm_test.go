package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

var opNames = map[Op]string{NN: "NN", NT: "NT", TN: "TN"}

// product is one case of Gemm over matrices with gaps between their rows.
type product struct {
	op            Op
	m, n, k       int
	lda, ldb, ldc int
	a, b, c       []Float
}

func newProduct(op Op, m, n, k, gap int) *product {
	p := &product{op: op, m: m, n: n, k: k, ldc: n + gap}
	ra, ca, rb, cb := m, k, k, n
	if op == TN {
		ra, ca = k, m
	}
	if op == NT {
		rb, cb = n, k
	}
	p.lda, p.ldb = ca+gap, cb+gap
	rng := rand.New(rand.NewPCG(uint64(m*1000+n), uint64(k*10+gap)))
	fill := func(size int) []Float {
		s := make([]Float, size)
		for i := range s {
			s[i] = Float(rng.NormFloat64())
		}
		return s
	}
	p.a, p.b, p.c = fill(ra*p.lda), fill(rb*p.ldb), fill(m*p.ldc)
	return p
}

func (p *product) run(acc bool) {
	Gemm(p.op, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.c, p.ldc, Epilogue{Accumulate: acc})
}

// exact returns element (i,j) of the product in float64, and the sum of the
// sizes of its terms, which bounds the rounding error.
func (p *product) exact(i, j int) (sum, size float64) {
	for q := range p.k {
		ia, ib := i*p.lda+q, q*p.ldb+j
		if p.op == TN {
			ia = q*p.lda + i
		}
		if p.op == NT {
			ib = j*p.ldb + q
		}
		t := float64(p.a[ia]) * float64(p.b[ib])
		sum += t
		size += math.Abs(t)
	}
	return sum, size
}

func TestGemmConformance(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		ulp := 0x1p-23
		if FloatBits == 64 {
			ulp = 0x1p-52
		}
		sizes := [][3]int{{0, 3, 2}, {3, 0, 2}, {3, 4, 0}, {1, 1, 1}, {2, 4, 1}, {3, 5, 7}, {1, 9, 33}, {9, 1, 33}, {17, 13, 31}, {64, 10, 128}, {67, 65, 63}, {130, 37, 70}}
		for _, s := range sizes {
			for op := range opNames {
				for _, gap := range []int{0, 3} {
					for _, acc := range []bool{false, true} {
						p := newProduct(op, s[0], s[1], s[2], gap)
						before := slices.Clone(p.c)
						p.run(acc)
						name := fmt.Sprintf("%s m%d n%d k%d gap %d acc %v", opNames[op], p.m, p.n, p.k, gap, acc)
						for x, got := range p.c {
							i, j := x/p.ldc, x%p.ldc
							if j >= p.n {
								if got != before[x] {
									t.Fatalf("%s: wrote into the gap of row %d", name, i)
								}
								continue
							}
							want, size := p.exact(i, j)
							if acc {
								want += float64(before[x])
								size += math.Abs(float64(before[x]))
							}
							if math.Abs(float64(got)-want) > float64(p.k+2)*ulp*size {
								t.Fatalf("%s: (%d,%d) is %v, expected %v", name, i, j, got, want)
							}
						}
					}
				}
			}
		}
	})
}

func TestGemmPropagatesNonFinite(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for op := range opNames {
			p := newProduct(op, 6, 5, 4, 0)
			clear(p.b) // 0·NaN and 0·Inf are NaN: nothing may be skipped
			p.a[0] = Float(math.Inf(1))
			p.run(false)
			for j := range 5 {
				if v := p.c[j]; v == v {
					t.Errorf("%s: Inf·0 gave %v", opNames[op], v)
				}
				if v := p.c[5+j]; v != 0 {
					t.Errorf("%s: the second row is %v", opNames[op], v)
				}
			}
		}
	})
}

// The number of threads must never change a bit, also while it changes.
func TestGemmSameBitsOnAnyThreads(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		for op := range opNames {
			var want []Float
			for _, threads := range []int{1, 2, 4, 3, 8, 1} {
				runtime.GOMAXPROCS(threads)
				p := newProduct(op, 130, 97, 85, 1)
				for range 5 {
					p.run(true)
				}
				if want == nil {
					want = p.c
				} else if !slices.Equal(p.c, want) {
					t.Errorf("%s: other bits with GOMAXPROCS %d", opNames[op], threads)
				}
			}
		}
	})
}

func TestGemmFromManyGoroutines(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		want := newProduct(NN, 70, 60, 50, 0)
		want.run(false)
		bad := make(chan bool, 8)
		for range cap(bad) {
			go func() {
				ok := true
				p := newProduct(NN, 70, 60, 50, 0)
				for range 50 {
					p.run(false)
					ok = ok && slices.Equal(p.c, want.c)
				}
				bad <- !ok
			}()
		}
		for range cap(bad) {
			if <-bad {
				t.Error("other bits beside other goroutines")
			}
		}
	})
}

func TestGemmAllocatesNothing(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for op := range opNames {
			p := newProduct(op, 64, 64, 64, 0)
			p.run(false)
			if n := testing.AllocsPerRun(20, func() { p.run(true) }); n != 0 {
				t.Errorf("%s: %v allocations", opNames[op], n)
			}
		}
	})
}

func TestGemmPanicsForShortSlices(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for op := range opNames {
			for which := range 4 {
				p := newProduct(op, 5, 6, 7, 0)
				switch which {
				case 0:
					p.a = p.a[:len(p.a)-1]
				case 1:
					p.b = p.b[:len(p.b)-1]
				case 2:
					p.c = p.c[:len(p.c)-1]
				case 3:
					p.ldb--
				}
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: no panic for mistake %d", opNames[op], which)
						}
					}()
					p.run(false)
				}()
			}
		}
	})
}
