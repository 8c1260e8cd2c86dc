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
	tanhP = []float64{-0.333333194, 0.133326367, -0.0538568459, 0.0210882705, -0.00629556319}
	tailP = []float64{0.706656635, -0.433692127, 0.131988049, 0.00923788082, -0.016393993,
		-0.00161105744, 0.00254274858, 0.000705252518, -0.000326042267, -0.000172590691}
)

const (
	tailCentre = 2.5
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

// tanh is x + x³·P(x²) up to 0.55, and 1 − 2e/(1+e) with e = e^(−2|x|) beyond,
// with the sign of x.
func (l *loop) tanh(x VecPhysical) VecPhysical {
	y := l.minusAbs(x)
	VADDPS(y, y, y)
	l.atLeast(-20, y)
	far := l.compare(less, y, l.reg(-1.1))
	e := l.exponentialOfNormal(y)
	d := y
	VADDPS(l.c(1), e, d)
	VADDPS(e, e, e)
	VDIVPS(d, e, e)
	VSUBPS(e, l.reg(1), e)
	VANDPS(l.bits(signBit), x, d)
	VORPS(d, e, e)
	VMULPS(x, x, d)
	p := l.polynomial(d, tanhP...)
	VMULPS(x, d, d)
	VFMADD213PS(x, d, p)
	l.choose(far, e, p, p)
	return p
}

// exponentialOfNormal returns eˣ where it is a normal number.
func (l *loop) exponentialOfNormal(x VecPhysical) VecPhysical {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	s := w.shifted
	VPSLLD(Imm(23), s, s)
	VPADDD(l.bits(oneBits), s, s)
	VFMADD213PS(s, s, p)
	return p
}

// sigmoid is 2ⁿ/(2ⁿ + e^−r) with x = n·ln 2 + r: no more than three roundings
// are in it, and the power of two comes last, so that small results may be
// denormal.
func (l *loop) sigmoid(x VecPhysical) VecPhysical {
	r := l.copyOf(x)
	l.atMost(20, r)
	l.atLeast(expLeast, r)
	w := l.reduce(r)
	alternating := make([]float64, len(expQ))
	for i, c := range expQ {
		alternating[i] = c
		if i%2 == 1 {
			alternating[i] = -c
		}
	}
	p := l.polynomial(r, alternating...)
	d := l.tmp()
	VMULPS(r, r, d)
	VFMSUB213PS(r, d, p) // e^−r − 1
	// A 2ⁿ below 2⁻⁶⁴ changes nothing beside 1, and might be no normal number.
	VPMAXSD(l.bits(magicBits-64), w.shifted, d)
	VPSLLD(Imm(23), d, d)
	VPADDD(l.bits(oneBits), d, d)
	sum, lost := r, l.tmp()
	VADDPS(l.c(1), d, sum)
	VSUBPS(l.c(1), sum, lost)
	VSUBPS(lost, d, d) // what the sum has rounded away
	VADDPS(d, p, d)
	VADDPS(sum, d, d)
	VDIVPS(d, l.reg(1), p)
	l.scaleBy(w, p)
	return p
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

// normalTail prepares Φ(−a) = (1+e)·2ⁿ·q for a = |z|: (1+e)·2ⁿ = e^(−a²/2), and q
// is a polynomial in (a−c)/(a+c), divided by a+c. Since e^y amplifies the error
// of y = −a²/2, the rest of rounding a² goes into the reduced argument.
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
