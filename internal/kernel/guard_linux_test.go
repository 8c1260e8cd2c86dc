package kernel

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"unsafe"
)

// guardedFloats returns n values that end where a page begins that may not be
// touched, or begin where one ends: a read beyond the slice, which no value can
// show, is a fault.
type guardedFloats struct {
	raw  []byte
	page int
}

func newGuardedFloats(t *testing.T, most int) *guardedFloats {
	page := syscall.Getpagesize()
	size := (most*FloatBits/8+page-1)/page*page + 2*page
	raw, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(raw) })
	for _, edge := range [][]byte{raw[:page], raw[size-page:]} {
		if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
			t.Skip(err)
		}
	}
	return &guardedFloats{raw[page : size-page], page}
}

// of returns n values at the end of the room, or at its beginning.
func (g *guardedFloats) of(n int, end bool) []Float {
	all := unsafe.Slice((*Float)(unsafe.Pointer(&g.raw[0])), len(g.raw)*8/FloatBits)
	if end {
		return all[len(all)-n:]
	}
	return all[:n:n]
}

// Nothing is read or written outside the slices of a loop over vectors.
func TestLoopsStayInTheirSlices(t *testing.T) {
	var rooms [7]*guardedFloats
	for i := range rooms {
		rooms[i] = newGuardedFloats(t, 300)
	}
	sums := []loopCase{
		{"sum", 1, 0, 0, func(s [][]Float) { Sum(s[0]) }, 0},
		{"sumSquares", 1, 0, 0, func(s [][]Float) { SumSquares(s[0]) }, 0},
		{"dot", 2, 0, 0, func(s [][]Float) { Dot(s[0], s[1]) }, 0},
		{"count", 1, 0, 0, func(s [][]Float) { Count(s[0]) }, 0},
		{"change", 2, 0, 0, func(s [][]Float) { Change(s[0], s[1]) }, 0},
		{"max", 1, 0, 0, func(s [][]Float) { Max(s[0]) }, 0},
		{"countBelow", 1, 0, 0, func(s [][]Float) { CountBelow(s[0], 1) }, 0},
		{"expSum", 2, 0, 0, func(s [][]Float) { active.expSum(s[0], s[1], 1) }, 0},
		{"sumExp", 1, 0, 0, func(s [][]Float) { active.sumExp(s[0], 1) }, 0},
		{"squaredError", 2, 0, 0, func(s [][]Float) { active.squaredError(s[0], s[1]) }, 0},
		{"logistic", 2, 0, 0, func(s [][]Float) { active.logistic(s[0], s[1]) }, 0},
		{"squaresAround", 1, 0, 0, func(s [][]Float) { active.squaresAround(s[0], 1) }, 0},
		{"normSums", 3, 0, 0, func(s [][]Float) { active.normSums(s[0], s[1], s[2]) }, 0},
		{"sumRows", 2, 0, 0, func(s [][]Float) { SumStridedRows(s[0][:len(s[0])/3], s[1], len(s[0])/3, 3) }, 0},
		{"outer", 3, 0, 0, func(s [][]Float) { Outer(s[0], s[1][:min(2, len(s[1]))], s[2][:len(s[2])/2]) }, 0},
	}
	eachPath(t, func(t *testing.T) {
		for _, c := range slices.Concat(loopCases, sums) {
			for n := range 70 {
				for _, end := range []bool{false, true} {
					s := make([][]Float, c.slices)
					for i := range s {
						s[i] = rooms[i].of(n, end)
						for j := range s[i] {
							s[i][j] = Float(j%5) + 0.5
						}
					}
					c.run(s)
				}
			}
		}
	})
}

// Nor outside the two sides of a transpose.
func TestTransposeStaysInItsMatrices(t *testing.T) {
	a, b := newGuardedFloats(t, 40*40), newGuardedFloats(t, 40*43)
	eachPath(t, func(t *testing.T) {
		for rows := 1; rows <= 40; rows++ {
			for cols := 1; cols <= 40; cols += 3 {
				for _, end := range []bool{false, true} {
					stride := rows + cols%4
					Transpose(b.of((cols-1)*stride+rows, end), stride, a.of(rows*cols, end), rows, cols)
				}
			}
		}
	})
}

// Nor outside the matrices of a product, whose last rows are as long as their
// columns and no longer.
func TestGemmStaysInItsMatrices(t *testing.T) {
	const most = 64 * 600
	a, b, c, bias := newGuardedFloats(t, most), newGuardedFloats(t, most), newGuardedFloats(t, most), newGuardedFloats(t, 600)
	rng := rand.New(rand.NewPCG(11, 12))
	eachPath(t, func(t *testing.T) {
		for turn := range 1500 {
			op := Op(turn % 3)
			m, n, k := 1+rng.IntN(40), 1+rng.IntN(70), 1+rng.IntN(30)
			switch turn % 20 {
			case 0:
				m, n = 1+rng.IntN(3), 100+rng.IntN(300)
			case 1:
				k = 100 + rng.IntN(500)
				m, n = 1+rng.IntN(20), 1+rng.IntN(60)
			}
			ra, ca, rb, cb := m, k, k, n
			if op == TN {
				ra, ca = k, m
			}
			if op == NT {
				rb, cb = n, k
			}
			gap, end := turn%2*rng.IntN(4), turn%4 < 2
			lda, ldb, ldc := ca+gap, cb+gap, n+gap
			pa, pb, pc := a.of((ra-1)*lda+ca, end), b.of((rb-1)*ldb+cb, end), c.of((m-1)*ldc+n, end)
			e := Epilogue{Accumulate: turn%5 == 0, ReLU: turn%7 == 0}
			if turn%3 > 0 {
				e.Bias = bias.of(n, end)
			}
			Gemm(op, m, n, k, pa, lda, pb, ldb, pc, ldc, e)
		}
	})
}
