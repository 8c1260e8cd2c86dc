package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// turn writes the kernel of h rows by two vectors of columns for a right operand
// that is read transposed, element (k,x) at b[x*ldb+k], and used once: it turns
// squares of b in registers and multiplies them there. The order of every sum is
// that of a tile.
func (s *simd) turn(h int) {
	n := s.lanes
	TEXT(fmt.Sprintf("%sTurn%dx%d", s.name, h, 2*n), NOSPLIT, tileSignature)
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	a := Load(Param("a"), GP64())
	lda := Load(Param("lda"), GP64())
	b := Load(Param("b"), GP64())
	ldb := Load(Param("ldb"), GP64())
	SHLQ(Imm(2), lda)
	SHLQ(Imm(2), ldb)
	lda3, second, p := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: lda, Index: lda, Scale: 2}, lda3)
	MOVQ(ldb, second)
	SHLQ(Imm(map[int]uint64{8: 3, 16: 4}[n]), second)
	ADDQ(b, second)
	sums := s.regs[len(s.regs)-len(s.regs)/4:]
	acc := func(r, v int) VecPhysical { return sums[2*r+v] }
	for _, r := range sums[:2*h] {
		VXORPS(r, r, r)
	}
	square := func(v int, one func(i int)) []VecPhysical {
		MOVQ([]Register{b, second}[v], p)
		for i := range n {
			one(i)
			if i < n-1 {
				ADDQ(ldb, p)
			}
		}
		return s.square()
	}
	multiply := func(v, q int, column VecPhysical) {
		for r := range h {
			m := strided(a, lda, lda3, r, 4*q)
			if s.masks {
				VFMADD231PS_BCST(m, column, acc(r, v))
				continue
			}
			t := s.regs[(q+r)%4] // free once the square is turned
			VBROADCASTSS(m, t)
			VFMADD231PS(column, t, acc(r, v))
		}
	}
	SUBQ(Imm(uint64(n)), k)
	JLT(LabelRef("tail"))
	Label("loop")
	for v := range 2 {
		for q, column := range square(v, func(i int) { VMOVUPS(Mem{Base: p}, s.regs[i]) }) {
			multiply(v, q, column)
		}
	}
	for _, r := range []Register{a, b, second} {
		ADDQ(Imm(uint64(4*n)), r)
	}
	SUBQ(Imm(uint64(n)), k)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(Imm(uint64(n)), k)
	JZ(LabelRef("done"))
	load := s.cutLoad(k, p)
	for v := range 2 {
		name := fmt.Sprintf("rest%d", v)
		for q, column := range square(v, load) {
			if q == n-1 {
				break
			}
			multiply(v, q, column)
			CMPQ(k, Imm(uint64(q+1)))
			JEQ(LabelRef(name))
		}
		Label(name)
	}
	Label("done")
	s.store(h, 2, true, acc, s.regs[:2])
	VZEROUPPER()
	RET()
}

// cutLoad prepares to read the first k lanes of vectors at p, and returns what
// reads one. Without mask registers the mask is loaded anew before each, for all
// vectors are in use between one square and the next.
func (s *simd) cutLoad(k, p Register) func(i int) {
	if s.masks {
		mask := GP64()
		MOVQ(k, RCX)
		MOVQ(I32(-1), mask)
		SHLQ(CL, mask)
		NOTQ(mask)
		KMOVW(mask.As32(), K1)
		return func(i int) { VMOVUPS_Z(Mem{Base: p}, K1, s.regs[i]) }
	}
	vm, window, table := s.regs[8], GP64(), GP64()
	LEAQ(s.table, table)
	MOVQ(k, window)
	NEGQ(window)
	return func(i int) {
		if i == 0 {
			VMOVUPS(Mem{Base: table, Index: window, Scale: 4, Disp: 64}, vm)
		}
		VMASKMOVPS(Mem{Base: p}, vm, s.regs[i])
	}
}

// square turns a square in the first registers, as many as there are lanes, and
// returns the registers that hold its columns. It leaves the last quarter of all
// registers alone.
func (s *simd) square() []VecPhysical {
	x, t := s.regs[:s.lanes], s.regs[s.lanes:]
	// Pairs, then fours, within each 128 bits.
	for i := 0; i < s.lanes; i += 4 {
		u := t[i/4%(s.lanes/8)*4:] // with 16 lanes two sets of four by turns
		VUNPCKLPS(x[i+1], x[i], u[0])
		VUNPCKHPS(x[i+1], x[i], u[1])
		VUNPCKLPS(x[i+3], x[i+2], u[2])
		VUNPCKHPS(x[i+3], x[i+2], u[3])
		VUNPCKLPD(u[2], u[0], x[i])
		VUNPCKHPD(u[2], u[0], x[i+1])
		VUNPCKLPD(u[3], u[1], x[i+2])
		VUNPCKHPD(u[3], u[1], x[i+3])
	}
	// Part q of x[4g+c] now holds rows 4g to 4g+3 of column 4q+c.
	if s.lanes == 8 {
		for c := range 4 {
			VPERM2F128(Imm(0x20), x[4+c], x[c], t[c])
			VPERM2F128(Imm(0x31), x[4+c], x[c], x[4+c])
		}
		return append(append([]VecPhysical{}, t[:4]...), x[4:]...)
	}
	for c := range 4 {
		g0, g1, g2, g3, u := x[c], x[4+c], x[8+c], x[12+c], t[c%2*4:]
		VSHUFF32X4(Imm(0x88), g1, g0, u[0]) // parts 0 and 2
		VSHUFF32X4(Imm(0xdd), g1, g0, u[1]) // 1 and 3
		VSHUFF32X4(Imm(0x88), g3, g2, u[2])
		VSHUFF32X4(Imm(0xdd), g3, g2, u[3])
		VSHUFF32X4(Imm(0x88), u[2], u[0], g0)
		VSHUFF32X4(Imm(0xdd), u[2], u[0], g2)
		VSHUFF32X4(Imm(0x88), u[3], u[1], g1)
		VSHUFF32X4(Imm(0xdd), u[3], u[1], g3)
	}
	return x
}
