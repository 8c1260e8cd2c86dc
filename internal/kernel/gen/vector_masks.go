package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// mask is a mask register or a vector of masks.
type mask struct {
	k Register
	v VecPhysical
}

func (l *loop) tail() mask { return mask{K1, tailMask} }

func (l *loop) newMask() mask {
	if !l.wide {
		return mask{v: l.tmp()}
	}
	l.ks++
	return mask{k: []Register{K3, K4, K5, K6}[l.ks-1]}
}

// The predicates of VCMPPS.
const (
	equal        = 0x00 // false for NaN
	less         = 0x11
	lessEqual    = 0x12
	unordered    = 0x03
	notLessEqual = 0x16 // true for NaN
)

// compare returns where x ≤ y, or whatever else the predicate is.
func (l *loop) compare(predicate int, x VecPhysical, y Op) mask {
	m := l.newMask()
	if l.wide {
		VCMPPS(Imm(uint64(predicate)), y, x, m.k)
	} else {
		VCMPPS(Imm(uint64(predicate)), y, x, m.v)
	}
	return m
}

// negative returns where the sign of x is set, on −0 and −NaN too.
func (l *loop) negative(x VecPhysical) mask {
	if !l.wide {
		return mask{v: x}
	}
	m := l.newMask()
	VPMOVD2M(x, m.k)
	return m
}

// only makes zeros of r where m is not set.
func (l *loop) only(m mask, r VecPhysical) {
	if l.wide {
		VMOVAPS_Z(r, m.k, r)
	} else {
		VANDPS(m.v, r, r)
	}
}

// choose makes r = yes where m is set and no elsewhere.
func (l *loop) choose(m mask, yes, no, r VecPhysical) {
	if l.wide {
		VBLENDMPS(yes, no, m.k, r)
	} else {
		VBLENDVPS(m.v, yes, no, r)
	}
}

func (l *loop) zero() VecPhysical {
	r := l.tmp()
	VXORPS(r, r, r)
	return r
}

// setMask sets the mask of the vector that is cut short.
func (l *loop) setMask() {
	if l.wide {
		MOVQ(l.left, RCX)
		m := GP32()
		MOVL(U32(1), m)
		SHLL(CL, m)
		DECL(m)
		KMOVW(m, K1)
		KSHIFTRW(Imm(8), K1, K2)
		return
	}
	table, ok := constants["tail"]
	if !ok {
		table = GLOBL("tail", RODATA|NOPTR)
		for i := range 16 {
			v := uint32(0)
			if i < 8 {
				v = 0xffffffff
			}
			DATA(4*i, U32(v))
		}
		constants["tail"] = table
	}
	p := GP64()
	LEAQ(table.Offset(32), p)
	from := GP64()
	MOVQ(l.left, from)
	NEGQ(from)
	VMOVUPS(Mem{Base: p, Index: from, Scale: 4}, tailMask)
}
