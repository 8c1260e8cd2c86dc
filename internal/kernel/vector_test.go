package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var vectorSizes = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 100, 1001}

func randoms(n int, seed uint64) []Float {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	s := make([]Float, n)
	for i := range s {
		s[i] = Float(rng.NormFloat64())
	}
	return s
}

// Element-wise functions round once or not at all, so they must be exact.
func TestElementwiseFunctions(t *testing.T) {
	for _, n := range vectorSizes {
		d, x := randoms(n, 1), randoms(n, 2)
		for _, c := range []struct {
			name string
			run  func(dst []Float)
			want func(d, x Float) Float
		}{
			{"Add", func(dst []Float) { Add(dst, x) }, func(d, x Float) Float { return d + x }},
			{"Scale", func(dst []Float) { Scale(dst, 3) }, func(d, _ Float) Float { return d * 3 }},
			{"Clamp", func(dst []Float) { Clamp(dst, 0.5) }, func(d, _ Float) Float { return max(-0.5, min(0.5, d)) }},
			{"SumRows", func(dst []Float) { SumRows(dst, x) }, func(d, x Float) Float { return d + x }},
		} {
			got := slices.Clone(d)
			c.run(got)
			for i := range got {
				if got[i] != c.want(d[i], x[i]) {
					t.Errorf("%s of %d: element %d is %v, expected %v", c.name, n, i, got[i], c.want(d[i], x[i]))
				}
			}
		}
	}
}

func TestRows(t *testing.T) {
	m := []Float{1, 2, 3, 4, 5, 6}
	sum := []Float{1, 1, 1}
	SumRows(sum, m)
	if want := []Float{6, 8, 10}; !slices.Equal(sum, want) {
		t.Errorf("SumRows gave %v, expected %v", sum, want)
	}
	SumRows(nil, m)
}

func TestSums(t *testing.T) {
	near := func(got, want float64) bool { return math.Abs(got-want) <= 1e-13*want }
	for _, n := range vectorSizes {
		a, b := randoms(n, 3), randoms(n, 4)
		var squares, distance float64
		same, below := 0, 0
		for i := range a {
			if i%3 == 0 {
				b[i] = a[i]
				same++
			}
			squares += float64(a[i]) * float64(a[i])
			distance += (float64(a[i]) - float64(b[i])) * (float64(a[i]) - float64(b[i]))
			if a[i] < 0.25 {
				below++
			}
		}
		if got := SumSquares(a); !near(got, squares) {
			t.Errorf("SumSquares of %d: %v, expected %v", n, got, squares)
		}
		if got := Count(a); !near(got.SumSquares, squares) || got.Zeros != 0 || got.NonFinite != 0 {
			t.Errorf("Count of %d: %+v, expected a sum of %v", n, got, squares)
		}
		moved, size, equal := Change(b, a)
		// The difference is rounded to Float once.
		if math.Abs(moved-distance) > 1e-6*distance || !near(size, squares) || equal != same {
			t.Errorf("Change of %d: %v, %v, %d, expected %v, %v, %d", n, moved, size, equal, distance, squares, same)
		}
		if got := CountBelow(a, 0.25); got != below {
			t.Errorf("CountBelow of %d: %d, expected %d", n, got, below)
		}
	}
}

func TestSumSquaresHoldsTheLargestFloat32(t *testing.T) {
	x := []Float{math.MaxFloat32, -math.MaxFloat32, math.MaxFloat32}
	if c := Count(x); math.IsInf(SumSquares(x), 0) || c.NonFinite != 0 {
		t.Errorf("%v, %+v", SumSquares(x), c)
	}
}

// The census counts every zero and every non-finite element, wherever it stands.
func TestCensus(t *testing.T) {
	nan, inf := Float(math.NaN()), Float(math.Inf(1))
	negative := Float(math.Copysign(0, -1))
	for _, n := range []int{1, 2, 3, 4, 5, 8, 33} {
		for at := range n {
			for _, bad := range []Float{nan, -nan, inf, -inf} {
				x := randoms(n, 5)
				x[at] = bad
				zeros := 0
				if at != 0 {
					x[0], zeros = negative, 1
				}
				c := Count(x)
				if c.NonFinite != 1 || c.Zeros != zeros || c.SumSquares-c.SumSquares == 0 {
					t.Errorf("%v at %d of %d: %+v", bad, at, n, c)
				}
			}
		}
	}
	x := []Float{nan, 1, inf, -inf, 0, 0, nan}
	if c := Count(x); c.NonFinite != 4 || c.Zeros != 2 {
		t.Errorf("%v: %+v", x, c)
	}
	if moved, _, same := Change(x, x); same != 3 || moved == moved {
		t.Errorf("%v has %d elements equal to itself, moved %v: NaN is equal to nothing", x, same, moved)
	}
	least := Float(math.SmallestNonzeroFloat32)
	y, z := []Float{0, negative, 3 * least, 2 * least, 1}, []Float{negative, 0, 2 * least, 2 * least, 1}
	if moved, _, same := Change(y, z); same != 4 || moved != float64(least)*float64(least) {
		t.Errorf("%v against %v: %d equal, moved %v", y, z, same, moved)
	}
	if n := CountBelow(x, 1); n != 3 {
		t.Errorf("CountBelow of %v is %d", x, n)
	}
	Clamp(x, 2)
	if x[2] != 2 || x[3] != -2 || x[0] == x[0] {
		t.Errorf("clamped to %v", x)
	}
}

func TestVectorFunctionsAllocateNothing(t *testing.T) {
	a, b := randoms(100, 6), randoms(100, 7)
	if n := testing.AllocsPerRun(10, func() {
		Add(a, b)
		Scale(a, 0.5)
		Clamp(a, 1)
		SumRows(b[:10], a)
		SumSquares(a)
		Count(a)
		Change(a, b)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Every column of a matrix with gaps is added up in the order of its rows: the
// same bits as row after row.
func TestSumStridedRows(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 40, 64, 100, block + 5} {
			for _, rows := range []int{0, 1, 2, 3, 70} {
				stride := n + 3
				x, got := randoms(rows*stride+n, 5), randoms(n, 6)
				want := slices.Clone(got)
				for r := range rows {
					for i := range want {
						want[i] += x[r*stride+i]
					}
				}
				SumStridedRows(got, x, stride, rows)
				if !slices.Equal(got, want) {
					t.Errorf("%d rows of %d: other bits than row after row", rows, n)
				}
			}
		}
	})
}

// A matrix that is the product of two vectors has the bits that Gemm gives it.
func TestOuter(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 16, 17, 33, 100, block + 3} {
			for _, rows := range []int{0, 1, 3, 90} {
				a, x := randoms(rows, 7), randoms(n, 8)
				got, want := randoms(rows*n+1, 9), randoms(rows*n+1, 9)
				Outer(got, a, x)
				Gemm(TN, rows, n, 1, a, rows, x, n, want, n, Epilogue{})
				if !slices.Equal(got, want) {
					t.Errorf("%d by %d: other bits than Gemm", rows, n)
				}
			}
		}
	})
}
