package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A vector of float32 as two of float64, and sums of these.

// doubles converts the lower and the upper half of r.
func (l *loop) doubles(r VecPhysical) (lo, hi VecPhysical) {
	lo, hi = l.tmp(), l.tmp()
	if l.wide {
		VCVTPS2PD(r.AsY(), lo)
		VEXTRACTF64X4(Imm(1), r, hi.AsY())
		VCVTPS2PD(hi.AsY(), hi)
	} else {
		VCVTPS2PD(r.AsX(), lo)
		VEXTRACTF128(Imm(1), r, hi.AsX())
		VCVTPS2PD(hi.AsX(), hi)
	}
	return lo, hi
}

// singles rounds two halves back; both are lost.
func (l *loop) singles(lo, hi VecPhysical) VecPhysical {
	if l.wide {
		VCVTPD2PS(lo, lo.AsY())
		VCVTPD2PS(hi, hi.AsY())
		VINSERTF64X4(Imm(1), hi.AsY(), lo, lo)
	} else {
		VCVTPD2PSY(lo, lo.AsX())
		VCVTPD2PSY(hi, hi.AsX())
		VINSERTF128(Imm(1), hi.AsX(), lo, lo)
	}
	return lo
}

func (l *loop) memDoubles(base Register, half int) Mem {
	return Mem{Base: base, Index: l.i, Scale: 8, Disp: 8*l.at + 4*l.lanes()*half}
}

// loadDoubles reads as many elements of a slice of float64.
func (l *loop) loadDoubles(base Register) (lo, hi VecPhysical) {
	lo, hi = l.tmp(), l.tmp()
	for half, r := range []VecPhysical{lo, hi} {
		m := l.memDoubles(base, half)
		switch {
		case !l.masked:
			VMOVUPD(m, r)
		case l.wide:
			VMOVUPD_Z(m, []Register{K1, K2}[half], r)
		default:
			l.widenMask(half, r)
			VMASKMOVPD(m, r, r)
		}
	}
	return lo, hi
}

func (l *loop) storeDoubles(lo, hi VecPhysical, base Register) {
	for half, r := range []VecPhysical{lo, hi} {
		m := l.memDoubles(base, half)
		switch {
		case !l.masked:
			VMOVUPD(r, m)
		case l.wide:
			VMOVUPD(r, []Register{K1, K2}[half], m)
		default:
			t := l.tmp()
			l.widenMask(half, t)
			VMASKMOVPD(r, t, m)
		}
	}
}

// cutDoubles makes zeros of what is past the end.
func (l *loop) cutDoubles(lo, hi VecPhysical) {
	if !l.masked {
		return
	}
	for half, r := range []VecPhysical{lo, hi} {
		if l.wide {
			VMOVAPD_Z(r, []Register{K1, K2}[half], r)
		} else {
			t := l.tmp()
			l.widenMask(half, t)
			VANDPD(t, r, r)
		}
	}
}

// widenMask makes r the mask of four float64 out of half of the tail mask.
func (l *loop) widenMask(half int, r VecPhysical) {
	VEXTRACTF128(Imm(uint64(half)), tailMask, r.AsX())
	VPMOVSXDQ(r.AsX(), r)
}

// total is a sum over the slice in float64, in two registers for each vector
// that the loop has in hand. Their order is fixed by the length.
type total struct{ parts []VecPhysical }

func (l *loop) newTotal(unroll int) total {
	t := total{}
	for range 2 * unroll {
		r := l.keep()
		VXORPD(r, r, r)
		t.parts = append(t.parts, r)
	}
	return t
}

func (t total) add(u int, lo, hi VecPhysical) {
	VADDPD(lo, t.parts[2*u], t.parts[2*u])
	VADDPD(hi, t.parts[2*u+1], t.parts[2*u+1])
}

// addProduct adds a·b.
func (t total) addProduct(u int, aLo, aHi, bLo, bHi VecPhysical) {
	VFMADD231PD(aLo, bLo, t.parts[2*u])
	VFMADD231PD(aHi, bHi, t.parts[2*u+1])
}

// ret makes the sum a result of the function.
func (l *loop) ret(t total, result string) {
	for n := len(t.parts); n > 1; n /= 2 {
		for i := range n / 2 {
			VADDPD(t.parts[i+n/2], t.parts[i], t.parts[i])
		}
	}
	r := t.parts[0]
	if l.wide {
		VEXTRACTF64X4(Imm(1), r, Y0)
		VADDPD(Y0, r.AsY(), r.AsY())
	}
	// The lower half of registers above 15 takes AVX-512VL, which wide has.
	if l.wide {
		VEXTRACTF64X2(Imm(1), r.AsY(), X0)
	} else {
		VEXTRACTF128(Imm(1), r, X0)
	}
	VADDPD(r.AsX(), X0, X0)
	VUNPCKHPD(X0, X0, X1)
	VADDSD(X1, X0, X0)
	VMOVSD(X0, resultAddress(result))
}

// tally is a number of elements, counted in each lane.
type tally struct{ n VecPhysical }

func (l *loop) newTally() tally {
	r := l.keep()
	VXORPS(r, r, r)
	return tally{r}
}

// count counts the elements where m is set.
func (l *loop) count(t tally, m mask) {
	if l.masked {
		if l.wide {
			KANDW(K1, m.k, m.k)
		} else {
			VANDPS(tailMask, m.v, m.v)
		}
	}
	if l.wide {
		r := l.tmp()
		VPMOVM2D(m.k, r)
		VPSUBD(r, t.n, t.n)
	} else {
		VPSUBD(m.v, t.n, t.n)
	}
}

func (l *loop) retTally(t tally, result string) {
	l.tallyTo(t)
	n := GP64()
	VMOVD(X0, n.As32())
	MOVQ(n, resultAddress(result))
}

// tallyTo leaves the number in X0.
func (l *loop) tallyTo(t tally) {
	r := t.n
	if l.wide {
		VEXTRACTI64X4(Imm(1), r, Y0)
		VPADDD(Y0, r.AsY(), r.AsY())
		VEXTRACTI32X4(Imm(1), r.AsY(), X0)
	} else {
		VEXTRACTI128(Imm(1), r, X0)
	}
	VPADDD(r.AsX(), X0, X0)
	VPSHUFD(Imm(0x0e), X0, X1)
	VPADDD(X1, X0, X0)
	VPSHUFD(Imm(0x01), X0, X1)
	VPADDD(X1, X0, X0)
}

func resultAddress(result string) Mem {
	b, err := Return(result).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
