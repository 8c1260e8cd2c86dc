package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The exponential is computed as 2ⁿ·eʳ with n = round(x/ln 2), r = x − n·ln 2 in
// two parts as Cody and Waite do (1980), and eʳ = 1 + r + r²·Q(r). The
// coefficients of all polynomials are those that math_coefficients.py prints.
var (
	expQ   = []float64{0.5, 0.16666545, 0.0416664034, 0.00836640317, 0.00139406545}
	log1pP = []float64{1, -0.499999881, 0.333327144, -0.249888644, 0.198996231, -0.161351711,
		0.124795295, -0.0832389519, 0.0421148241, -0.0136916712, 0.00208454439}
	tailP = []float64{0.755285144, -0.607896626, 0.38713631, -0.18652229, 0.0604103506,
		-0.00753118377, -0.00353799085, 0.00157204934, 0.000213838386, -0.000114333074}
)

const (
	tailCentre = 4
	tailEnd    = 14.5 // beyond it Φ(−a)·a is 0 in float32

	log2e = 1.44269504088896341
	ln2Hi = 0.693359375 // few bits: its product with n is exact
	ln2Lo = -2.12194440054690583e-4

	// Adding it rounds to an integer, which then stands in the lowest bits.
	magic     = 3 << 22
	magicBits = 0x4b400000

	signBit = 0x80000000
	oneBits = 0x3f800000
)

// power is 2ⁿ: n as a float and as the lowest bits of shifted.
type power struct{ n, shifted VecPhysical }

// reduce makes x the rest r and returns n.
func (l *loop) reduce(x VecPhysical) power {
	z, n := l.copyOf(l.c(magic)), l.tmp()
	VFMADD231PS(l.c(log2e), x, z)
	VSUBPS(l.c(magic), z, n)
	VFNMADD231PS(l.c(ln2Hi), n, x)
	VFNMADD231PS(l.c(ln2Lo), n, x)
	return power{n, z}
}

// expm1Rest returns eʳ − 1.
func (l *loop) expm1Rest(r VecPhysical) VecPhysical {
	p := l.polynomial(r, expQ...)
	square := l.tmp()
	VMULPS(r, r, square)
	VFMADD213PS(r, square, p)
	return p
}

// scaleBy computes p·2ⁿ, also where the result is denormal or infinite.
func (l *loop) scaleBy(w power, p VecPhysical) {
	if l.wide {
		VSCALEFPS(w.n, p, p)
		return
	}
	// In two steps, of which the first stays among the normal numbers.
	half := w.n
	VPSUBD(l.bits(magicBits), w.shifted, w.shifted)
	VPSRAD(Imm(1), w.shifted, half)
	VPSUBD(half, w.shifted, w.shifted)
	for _, e := range []VecPhysical{half, w.shifted} {
		VPSLLD(Imm(23), e, e)
		VPADDD(l.bits(oneBits), e, e)
		VMULPS(e, p, p)
	}
}

// exponential makes x eˣ, for x above expLeast.
const (
	expMost  = 89     // e^89 is beyond float32
	expLeast = -104.5 // half of the smallest float32 is e^-103.97
)

func (l *loop) exponential(x VecPhysical) VecPhysical {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	VADDPS(l.c(1), p, p)
	l.scaleBy(w, p)
	return p
}

// expm1 returns eˣ − 1 for x in [−80, 0].
func (l *loop) expm1(x VecPhysical) VecPhysical {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	s := w.shifted
	VPSLLD(Imm(23), s, s)
	VPADDD(l.bits(oneBits), s, s)
	less := w.n
	VSUBPS(l.c(1), s, less)
	VFMADD213PS(less, s, p)
	return p
}

// minusAbs returns −|x|.
func (l *loop) minusAbs(x VecPhysical) VecPhysical {
	a := l.tmp()
	VORPS(l.bits(signBit), x, a)
	return a
}

// expMinusAbs returns e^−|x|.
func (l *loop) expMinusAbs(x VecPhysical) VecPhysical {
	a := l.minusAbs(x)
	l.atLeast(expLeast, a)
	return l.exponential(a)
}

// tanh is −t/(t+2) of |x|, with t = e^(−2|x|) − 1; see Beebe 1993 for why not
// through e^2x. It is odd by construction.
func (l *loop) tanh(x VecPhysical) VecPhysical {
	a := l.minusAbs(x)
	VADDPS(a, a, a)
	l.atLeast(-20, a)
	t := l.expm1(a)
	VADDPS(l.c(2), t, a)
	VDIVPS(a, t, t)
	VANDPS(l.bits(^uint32(signBit)), t, t)
	VANDPS(l.bits(signBit), x, a)
	VORPS(a, t, t)
	return t
}

// sigmoid is 1/(1+e) or e/(1+e) with e = e^−|x|, which never overflows.
func (l *loop) sigmoid(x VecPhysical) VecPhysical {
	e := l.expMinusAbs(x)
	d := l.tmp()
	VADDPS(l.c(1), e, d)
	l.choose(l.negative(x), e, l.reg(1), e)
	VDIVPS(d, e, e)
	return e
}

// log1pExp returns ln(1+e^−|x|).
func (l *loop) log1pExp(x VecPhysical) VecPhysical {
	e := l.expMinusAbs(x)
	p := l.polynomial(e, log1pP...)
	VMULPS(e, p, p)
	return p
}

// above returns x where its sign is not set and 0 elsewhere; NaN stays NaN
// there.
func (l *loop) above(x VecPhysical) VecPhysical {
	r := l.tmp()
	VXORPS(r, r, r)
	l.choose(l.negative(x), r, x, r)
	return r
}

// normalTail prepares e^(−a²/2)·q: it returns the exponential without its power
// of two, that power, and q = Φ(−a)/e^(−a²/2), for a = |z|. Since e^y amplifies
// the error of y = −a²/2, the rest of rounding a² goes into the reduced argument.
func (l *loop) normalTail(z VecPhysical) (a, e, q VecPhysical, w power) {
	a = l.tmp()
	VANDPS(l.bits(^uint32(signBit)), z, a)
	l.atMost(tailEnd, a)
	y, rest := l.tmp(), l.tmp()
	VMULPS(a, a, rest)
	VMULPS(l.c(-0.5), rest, y)
	VFMSUB231PS(a, a, rest) // rest = a² − rest
	w = l.reduce(y)
	VFMADD231PS(l.c(-0.5), rest, y)
	e = l.expm1Rest(y)
	VADDPS(l.c(1), e, e)
	d := rest
	VADDPS(l.c(tailCentre), a, d)
	VDIVPS(d, l.reg(1), d)
	u := y
	VSUBPS(l.c(tailCentre), a, u)
	VMULPS(d, u, u)
	q = l.polynomial(u, tailP...)
	VMULPS(d, q, q)
	return a, e, q, w
}

func functions(wide bool) {
	for _, f := range []struct {
		name string
		body func(l *loop, x VecPhysical) VecPhysical
	}{
		{"exp", func(l *loop, x VecPhysical) VecPhysical {
			l.atMost(expMost, x)
			l.atLeast(expLeast, x)
			return l.exponential(x)
		}},
		{"tanh", (*loop).tanh},
		{"sigmoid", (*loop).sigmoid},
		{"softplus", func(l *loop, x VecPhysical) VecPhysical {
			r := l.log1pExp(x)
			VADDPS(l.above(x), r, r)
			return r
		}},
		// Where z < 0 it is −g and elsewhere z − g, with g = |z|·Φ(−|z|).
		{"gelu", func(l *loop, x VecPhysical) VecPhysical {
			a, e, q, w := l.normalTail(x)
			VMULPS(q, e, e)
			VMULPS(a, e, e)
			l.scaleBy(w, e)
			VXORPS(a, a, a)
			l.choose(l.negative(x), a, x, a)
			VSUBPS(e, a, a)
			return a
		}},
		{"relu", func(l *loop, x VecPhysical) VecPhysical {
			l.only(l.compare(notLessEqual, x, l.zero()), x)
			return x
		}},
	} {
		l := function(wide, f.name, "dst, x []float32)", "dst")
		dst, x := slice("dst"), slice("x")
		l.run(2, func(int) { l.store(f.body(l, l.load(x)), dst) })
		l.end()
	}

	l := function(wide, "leakyRelu", "dst, x []float32, slope float32)", "dst")
	dst, x := slice("dst"), slice("x")
	slope := l.value("slope")
	l.run(2, func(int) {
		v, s := l.load(x), l.tmp()
		VMULPS(slope, v, s)
		l.choose(l.compare(lessEqual, v, l.zero()), s, v, v)
		l.store(v, dst)
	})
	l.end()

	l = function(wide, "elu", "dst, x []float32, above, below float32)", "dst")
	dst, x = slice("dst"), slice("x")
	above, below := l.value("above"), l.value("below")
	l.run(2, func(int) {
		v := l.load(x)
		m := l.copyOf(v)
		l.atLeast(-30, m)
		m = l.expm1(m)
		VMULPS(below, m, m)
		where := l.compare(lessEqual, v, l.zero())
		VMULPS(above, v, v)
		l.choose(where, m, v, v)
		l.store(v, dst)
	})
	l.end()
}
