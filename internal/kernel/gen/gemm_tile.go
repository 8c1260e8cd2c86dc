package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const tileSignature = "func(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias *float32, cols, flags int)"

// tile writes the kernel of one tile of c, h rows by nv vectors, whose sums stay
// in registers for the whole of k. The left operand is read by rows, element
// (r,k) at a[r*lda+k], or by columns, a[k*lda+r].
//
// A full tile stores all of its columns; otherwise cols says how many there are
// (with AVX2 b must be readable and of no matter beyond them).
//
// Every sum is one chain of FMAs that starts at zero. What the flags and the
// bias ask for follows when k is done.
func (s *simd) tile(h, nv int, byRows, full bool) {
	kind := map[bool]string{true: "Rows", false: "Cols"}[byRows]
	TEXT(fmt.Sprintf("%s%s%dx%d", s.name, kind, h, nv*s.lanes), NOSPLIT, tileSignature)
	Pragma("noescape")
	k := Load(Param("k"), GP64())
	a := Load(Param("a"), GP64())
	lda := Load(Param("lda"), GP64())
	b := Load(Param("b"), GP64())
	ldb := Load(Param("ldb"), GP64())
	SHLQ(Imm(2), lda)
	SHLQ(Imm(2), ldb)
	masked := !full && s.masks
	if masked {
		s.columnMasks(nv)
	}
	acc := func(r, v int) VecPhysical { return s.regs[r*nv+v] }
	free := s.regs[h*nv:]
	for i := range h * nv {
		VXORPS(s.regs[i], s.regs[i], s.regs[i])
	}

	// The rows of a by threes of base registers: an address reaches five rows
	// from a base, with 1, 2, 3 and 4 times the stride.
	bases := []Register{a}
	lda3, ldb3 := GP64(), GP64()
	LEAQ(Mem{Base: lda, Index: lda, Scale: 2}, lda3)
	LEAQ(Mem{Base: ldb, Index: ldb, Scale: 2}, ldb3)
	for byRows && h > 5*len(bases) {
		p := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: lda, Scale: 4}, p)
		ADDQ(lda, p)
		bases = append(bases, p)
	}
	aAt := func(r, u int) Mem {
		if byRows {
			return strided(bases[r/5], lda, lda3, r%5, 4*u)
		}
		return strided(a, lda, lda3, u, 4*r)
	}
	bAt := func(v, u int) Mem { return strided(b, ldb, ldb3, u, 4*s.lanes*v) }

	step := func(u int) {
		switch {
		case full && h == 1: // b straight from memory, once
			t := free[u%2]
			VBROADCASTSS(aAt(0, u), t)
			for v := range nv {
				VFMADD231PS(bAt(v, u), t, acc(0, v))
			}
		case full: // more of b than registers hold
			rows, vectors := free[:h], free[h:]
			for r := range h {
				VBROADCASTSS(aAt(r, u), rows[r])
			}
			for v := range nv {
				t := vectors[v%len(vectors)]
				VMOVUPS(bAt(v, u), t)
				for r := range h {
					VFMADD231PS(t, rows[r], acc(r, v))
				}
			}
		default:
			bv, at := free[:nv], free[nv:]
			at = at[:min(len(at), 4)]
			for v := range nv {
				if masked {
					VMOVUPS_Z(bAt(v, u), kRegs[v], bv[v])
				} else {
					VMOVUPS(bAt(v, u), bv[v])
				}
			}
			for r := range h {
				if nv == 1 && s.masks {
					VFMADD231PS_BCST(aAt(r, u), bv[0], acc(r, 0))
					continue
				}
				t := at[(u*h+r)%len(at)]
				VBROADCASTSS(aAt(r, u), t)
				for v := range nv {
					VFMADD231PS(bv[v], t, acc(r, v))
				}
			}
		}
	}
	advance := func(by int) {
		if by == 4 {
			LEAQ(Mem{Base: b, Index: ldb, Scale: 4}, b)
		} else {
			ADDQ(ldb, b)
		}
		switch {
		case byRows:
			for _, p := range bases {
				ADDQ(Imm(uint64(4*by)), p)
			}
		case by == 4:
			LEAQ(Mem{Base: a, Index: lda, Scale: 4}, a)
		default:
			ADDQ(lda, a)
		}
	}
	s.prefetch(h, nv)
	SUBQ(Imm(4), k)
	JLT(LabelRef("tail"))
	Label("four")
	for u := range 4 {
		step(u)
	}
	advance(4)
	SUBQ(Imm(4), k)
	JGE(LabelRef("four"))
	Label("tail")
	ADDQ(Imm(4), k)
	JZ(LabelRef("done"))
	Label("one")
	step(0)
	advance(1)
	DECQ(k)
	JNZ(LabelRef("one"))
	Label("done")
	s.store(h, nv, full, acc, free)
	VZEROUPPER()
	RET()
}

// strided is the address of row r, 0 to 4, from base on.
func strided(base, stride, stride3 Register, r, disp int) Mem {
	m := Mem{Base: base, Disp: disp}
	switch r {
	case 0:
	case 3:
		m.Index, m.Scale = stride3, 1
	default:
		m.Index, m.Scale = stride, uint8(r)
	}
	return m
}
