package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// prefetch asks for the tile's part of c, which is needed when k is done.
func (s *simd) prefetch(h, nv int) {
	c := Load(Param("c"), GP64())
	ldc := Load(Param("ldc"), GP64())
	SHLQ(Imm(2), ldc)
	for r := range h {
		for line := 0; line < 4*s.lanes*nv; line += 64 {
			PREFETCHT0(Mem{Base: c, Disp: line})
		}
		if r < h-1 {
			ADDQ(ldc, c)
		}
	}
}

// store adds what c holds and the bias, applies ReLU, and writes the tile.
func (s *simd) store(h, nv int, full bool, acc func(r, v int) VecPhysical, free []VecPhysical) {
	c := Load(Param("c"), GP64())
	ldc := Load(Param("ldc"), GP64())
	bias := Load(Param("bias"), GP64())
	flags := Load(Param("flags"), GP64())
	SHLQ(Imm(2), ldc)
	p := GP64()
	t := free[0]
	var vm []VecPhysical // AVX2's masks
	if !full && !s.masks {
		vm = free[1 : 1+nv]
		s.vectorMasks(vm)
	}
	load := func(m Mem, v int) {
		switch {
		case full:
			VMOVUPS(m, t)
		case s.masks:
			VMOVUPS_Z(m, kRegs[v], t)
		default:
			VMASKMOVPS(m, vm[v], t)
		}
	}
	BTQ(Imm(0), flags)
	JCC(LabelRef("added"))
	MOVQ(c, p)
	for r := range h {
		for v := range nv {
			m := Mem{Base: p, Disp: 4 * s.lanes * v}
			if full {
				VADDPS(m, acc(r, v), acc(r, v))
				continue
			}
			load(m, v)
			VADDPS(t, acc(r, v), acc(r, v))
		}
		if r < h-1 {
			ADDQ(ldc, p)
		}
	}
	Label("added")
	TESTQ(bias, bias)
	JZ(LabelRef("biased"))
	for v := range nv {
		load(Mem{Base: bias, Disp: 4 * s.lanes * v}, v)
		for r := range h {
			VADDPS(t, acc(r, v), acc(r, v))
		}
	}
	Label("biased")
	BTQ(Imm(1), flags)
	JCC(LabelRef("rectified"))
	VXORPS(t, t, t)
	for r := range h {
		for v := range nv {
			// VMAXPS returns its second source (the first operand here) when
			// one of them is NaN.
			VMAXPS(acc(r, v), t, acc(r, v))
		}
	}
	Label("rectified")
	write := func(masked bool) {
		for r := range h {
			for v := range nv {
				m := Mem{Base: c, Disp: 4 * s.lanes * v}
				switch {
				case !masked:
					VMOVUPS(acc(r, v), m)
				case s.masks:
					VMOVUPS(acc(r, v), kRegs[v], m)
				default:
					VMASKMOVPS(acc(r, v), vm[v], m)
				}
			}
			if r < h-1 {
				ADDQ(ldc, c)
			}
		}
	}
	if !full {
		cols := Load(Param("cols"), GP64())
		CMPQ(cols, Imm(uint64(nv*s.lanes)))
		JNE(LabelRef("cut"))
	}
	write(false)
	if !full {
		VZEROUPPER()
		RET()
		Label("cut")
		write(true)
	}
}

var kRegs = []Register{K1, K2}

// columnMasks sets K1 and K2 to the lanes of the first cols columns.
func (s *simd) columnMasks(nv int) {
	cols := Load(Param("cols"), RCX)
	mask := GP64()
	MOVQ(I32(-1), mask)
	SHLQ(CL, mask)
	NOTQ(mask)
	_ = cols
	for v := range nv {
		if v > 0 {
			SHRQ(Imm(16), mask)
		}
		KMOVW(mask.As32(), kRegs[v])
	}
}

// vectorMasks sets the vectors to all ones in the lanes of the first cols
// columns: a window on 16 ones followed by 16 zeros.
func (s *simd) vectorMasks(vm []VecPhysical) {
	cols := Load(Param("cols"), GP64())
	p := GP64()
	LEAQ(s.table, p)
	NEGQ(cols)
	LEAQ(Mem{Base: p, Index: cols, Scale: 4, Disp: 64}, p)
	for v := range vm {
		VMOVUPS(Mem{Base: p, Disp: 32 * v}, vm[v])
	}
}

// windowTable is 16 ones and 16 zeros of 32 bits.
func windowTable() Mem {
	t := GLOBL("gemmWindow", RODATA|NOPTR)
	for i := range 16 {
		DATA(8*i, U64(map[bool]uint64{true: 1<<64 - 1}[i < 8]))
	}
	return t
}
