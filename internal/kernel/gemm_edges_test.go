package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// Every height and width of a tile at its edges, each with one of the epilogues,
// offsets and gaps in turn.
func TestGemmEdges(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		turn := 0
		try := func(m, n, k int) {
			for _, op := range []Op{NN, NT, TN} {
				turn++
				p := newProduct(op, m, n, k, 0)
				p.guarded(turn%16, turn%5*3)
				p.check(t, epilogue(turn*5%8, n, rng))
			}
		}
		for m := range 34 {
			if m%3 > 0 && active.speed <= goGemm.speed {
				continue
			}
			for _, n := range []int{1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49} {
				try(m, n, 1+(m+n)%9)
			}
		}
		for _, m := range []int{1, 2, 3, 5, 14, 15} {
			for n := range 70 {
				try(m, n, 5+n%4)
			}
			for _, n := range []int{100, 127, 128, 129, 256, 321, 513} {
				try(m, n, 17)
			}
		}
		for k := range 40 {
			try(7, 37, k)
			try(29, 33, k)
		}
		for _, s := range shapes([3]int{63, 64, 65}, [3]int{9, 9, 2049}, [3]int{3, 65, 1025}, [3]int{100, 100, 100}, [3]int{129, 127, 128},
			[3]int{65, 63, 513}, [3]int{47, 47, 1030}, [3]int{513, 33, 40}, [3]int{30, 1060, 33}, [3]int{240, 40, 140}, [3]int{250, 1030, 70},
			[3]int{256, 1024, 64}, [3]int{33, 1024, 512}, [3]int{460, 33, 1024}) {
			try(s[0], s[1], s[2])
		}
	})
}

func TestGemmEpilogues(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for bits := range 8 {
			for _, op := range []Op{NN, NT, TN} {
				for _, s := range [][3]int{{1, 300, 9}, {5, 20, 3}, {15, 40, 530}, {20, 40, 0}} {
					p := newProduct(op, s[0], s[1], s[2], 0)
					p.guarded(1, 2)
					p.check(t, epilogue(bits, s[1], rng))
				}
			}
		}
	})
}

// NaN and infinities come out where they belong and nowhere else; ReLU keeps
// NaN; subnormal numbers are numbers.
func TestGemmUnusualNumbers(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		nan, inf := Float(math.NaN()), Float(math.Inf(1))
		for _, op := range []Op{NN, NT, TN} {
			for _, m := range []int{1, 20} {
				const n, k = 40, 6
				p := newProduct(op, m, n, k, 0)
				at := func(j, q int) *Float {
					if op == NT {
						return &p.b[j*p.ldb+q]
					}
					return &p.b[q*p.ldb+j]
				}
				for i := range p.a {
					p.a[i] = 1
				}
				for j := range n {
					for q := range k {
						*at(j, q) = 0
					}
				}
				tiny := Float(0x1p-149)
				*at(3, 2) = nan
				*at(5, 1), *at(5, 4) = inf, -inf
				*at(7, 0), *at(8, 0) = -inf, inf
				*at(33, 5), *at(39, 3) = nan, tiny
				Gemm(op, m, n, k, p.a, p.lda, p.b, p.ldb, p.c, p.ldc, Epilogue{ReLU: true})
				for x, v := range p.c {
					switch x % n {
					case 3, 5, 33:
						if v == v {
							t.Errorf("%s: column %d is %v, expected NaN", opNames[op], x%n, v)
						}
					case 8:
						if v != inf {
							t.Errorf("%s: column 8 is %v, expected +Inf", opNames[op], v)
						}
					case 39:
						if v != tiny {
							t.Errorf("%s: column 39 is %v, expected %v", opNames[op], v, tiny)
						}
					default:
						if v != 0 {
							t.Errorf("%s: column %d is %v, expected 0", opNames[op], x%n, v)
						}
					}
				}
			}
		}
	})
}

// A band of rows, or of columns, as a product of its own has the bits that it
// has in the whole.
func TestGemmBandsHaveTheBitsOfTheWhole(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for _, op := range []Op{NN, NT, TN} {
			for _, s := range shapes([3]int{64, 100, 70}, [3]int{64, 10, 128}, [3]int{20, 33, 530}, [3]int{130, 256, 64}, [3]int{75, 513, 530},
				[3]int{40, 512, 512}, [3]int{300, 128, 1100}) {
				p := newProduct(op, s[0], s[1], s[2], 0)
				e := epilogue(rng.IntN(8), p.n, rng)
				before := slices.Clone(p.c)
				Gemm(op, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.c, p.ldc, e)
				whole := slices.Clone(p.c)
				for range 3 {
					copy(p.c, before)
					for lo, hi := 0, 0; lo < p.m; lo = hi {
						hi = min(p.m, lo+1+rng.IntN(1<<rng.IntN(8)))
						a := p.a[lo:]
						if op != TN {
							a = p.a[lo*p.lda:]
						}
						Gemm(op, hi-lo, p.n, p.k, a, p.lda, p.b, p.ldb, p.c[lo*p.ldc:], p.ldc, e)
					}
					if !slices.Equal(p.c, whole) {
						t.Fatalf("%s %v: other bits by bands of rows", opNames[op], s)
					}
					copy(p.c, before)
					for lo, hi := 0, 0; lo < p.n; lo = hi {
						hi = min(p.n, lo+1+rng.IntN(1<<rng.IntN(8)))
						b, part := p.b[lo:], e
						if op == NT {
							b = p.b[lo*p.ldb:]
						}
						if e.Bias != nil {
							part.Bias = e.Bias[lo:]
						}
						Gemm(op, p.m, hi-lo, p.k, p.a, p.lda, b, p.ldb, p.c[lo:], p.ldc, part)
					}
					if !slices.Equal(p.c, whole) {
						t.Fatalf("%s %v: other bits by bands of columns", opNames[op], s)
					}
				}
			}
		}
	})
}

// Products that are shared out, of every form that the pieces can have.
func TestGemmSharedOut(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		rng := rand.New(rand.NewPCG(9, 10))
		for turn, s := range shapes([3]int{70, 120, 50}, [3]int{2, 290, 300}, [3]int{70, 290, 300}, [3]int{600, 70, 160}, [3]int{520, 530, 40}, [3]int{2, 1100, 700}) {
			for _, op := range []Op{NN, NT, TN} {
				e := epilogue(turn*3%8, s[1], rng)
				var want []Float
				for _, threads := range []int{1, 2, 3, 4} {
					runtime.GOMAXPROCS(threads)
					p := newProduct(op, s[0], s[1], s[2], 0)
					p.guarded(turn, 1)
					p.check(t, e)
					if want == nil {
						want = p.c
					} else if !slices.Equal(p.c, want) {
						t.Errorf("%s %v: other bits on %d threads", opNames[op], s, threads)
					}
				}
			}
		}
	})
}

// Many goroutines at once, each with operands that are packed, allocate nothing
// once there is room for all of them.
func TestGemmAllocatesNothingConcurrently(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		const callers = 4
		start, done := make(chan int), make(chan bool)
		defer close(start)
		for range callers {
			p := newProduct(NT, 20, 20, 20, 0)
			go func() {
				for runs := range start {
					for range runs {
						p.run(true)
					}
					done <- true
				}
			}()
		}
		run := func() {
			for range callers {
				start <- 5
			}
			for range callers {
				<-done
			}
		}
		least := 1.0 // a caller that is interrupted at a bad time can need one more, once
		for range 20 {
			if least = min(least, testing.AllocsPerRun(5, run)); least == 0 {
				return
			}
		}
		t.Errorf("%v allocations", least)
	})
}
