package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// copyPanel writes the kernel that copies the first cols columns, at most nv
// vectors, of k rows. It writes whole vectors, zeros after the columns: dst has
// room for them.
func (s *simd) copyPanel(nv int) {
	TEXT(fmt.Sprintf("%sCopy%d", s.name, nv*s.lanes), NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride, cols, k int)")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	ds := Load(Param("dstStride"), GP64())
	src := Load(Param("src"), GP64())
	ss := Load(Param("srcStride"), GP64())
	k := Load(Param("k"), GP64())
	SHLQ(Imm(2), ds)
	SHLQ(Imm(2), ss)
	vm := s.regs[len(s.regs)-nv:]
	if s.masks {
		s.columnMasks(nv)
	} else {
		s.vectorMasks(vm)
	}
	// The rows that come after those that are copied now.
	ahead := GP64()
	MOVQ(ss, ahead)
	SHLQ(Imm(4), ahead)
	row := func(u int) {
		for line := 0; line < 4*s.lanes*nv; line += 64 {
			PREFETCHT1(Mem{Base: src, Index: ahead, Scale: 1, Disp: line})
		}
		for v := range nv {
			m, t := Mem{Base: src, Disp: 4 * s.lanes * v}, s.regs[u*nv+v]
			if s.masks {
				VMOVUPS_Z(m, kRegs[v], t)
			} else {
				VMASKMOVPS(m, vm[v], t)
			}
		}
		ADDQ(ss, src)
	}
	put := func(u int) {
		for v := range nv {
			VMOVUPS(s.regs[u*nv+v], Mem{Base: dst, Disp: 4 * s.lanes * v})
		}
		ADDQ(ds, dst)
	}
	SUBQ(Imm(4), k)
	JLT(LabelRef("tail"))
	Label("four")
	for u := range 4 {
		row(u)
	}
	for u := range 4 {
		put(u)
	}
	SUBQ(Imm(4), k)
	JGE(LabelRef("four"))
	Label("tail")
	ADDQ(Imm(4), k)
	JZ(LabelRef("end"))
	Label("one")
	row(0)
	put(0)
	DECQ(k)
	JNZ(LabelRef("one"))
	Label("end")
	VZEROUPPER()
	RET()
}

// transpose writes the kernel that transposes the first k columns of at most
// one vector of rows: dst[p*dstStride+r] = src[r*srcStride+p]. It writes whole
// vectors in ascending order, so that where dstStride is less than a vector the
// next one overwrites what lies after the rows. Lanes after the rows repeat the
// last one.
func (s *simd) transpose() {
	n := s.lanes
	TEXT(s.name+"Transpose", NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride, rows, k int)")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	ds := Load(Param("dstStride"), GP64())
	src := Load(Param("src"), GP64())
	ss := Load(Param("srcStride"), GP64())
	rows := Load(Param("rows"), GP64())
	k := Load(Param("k"), GP64())
	SHLQ(Imm(2), ds)
	SHLQ(Imm(2), ss)
	p, zero, step := GP64(), GP64(), GP64()
	XORQ(zero, zero)

	read := func(name string, one func(i int)) {
		MOVQ(src, p)
		CMPQ(rows, Imm(uint64(n)))
		JNE(LabelRef(name + "Few"))
		for i := range n {
			one(i)
			if i < n-1 {
				ADDQ(ss, p)
			}
		}
		JMP(LabelRef(name + "Turn"))
		Label(name + "Few")
		MOVQ(ss, step)
		for i := range n {
			one(i)
			if i < n-1 {
				CMPQ(rows, Imm(uint64(i+1))) // from the last row on, that again
				CMOVQEQ(zero, step)
				ADDQ(step, p)
			}
		}
		Label(name + "Turn")
	}
	SUBQ(Imm(uint64(n)), k)
	JLT(LabelRef("tail"))
	Label("loop")
	read("square", func(i int) { VMOVUPS(Mem{Base: p}, s.regs[i]) })
	for _, r := range s.square() {
		VMOVUPS(r, Mem{Base: dst})
		ADDQ(ds, dst)
	}
	ADDQ(Imm(uint64(4*n)), src)
	SUBQ(Imm(uint64(n)), k)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(Imm(uint64(n)), k)
	JZ(LabelRef("end"))
	read("rest", s.cutLoad(k, p))
	for i, r := range s.square() {
		if i < n-1 {
			VMOVUPS(r, Mem{Base: dst})
			ADDQ(ds, dst)
			DECQ(k)
			JZ(LabelRef("end"))
		}
	}
	Label("end")
	VZEROUPPER()
	RET()
}

// peak writes the loop of FMAs on registers alone that measures what the
// machine can do: 12 independent chains, as many as fit with either set.
func (s *simd) peak() {
	TEXT(s.name+"FMAs", NOSPLIT, "func(n int)")
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	for i := range 14 {
		VXORPS(s.regs[i], s.regs[i], s.regs[i])
	}
	Label("loop")
	for range 4 {
		for i := range 12 {
			VFMADD231PS(s.regs[12], s.regs[13], s.regs[i])
		}
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
