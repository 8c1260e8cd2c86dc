package main

// The functions are computed with the formulas and the coefficients of the amd64
// generator in the directory above, in the same order.
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

	// Adding it rounds to an integer, which then stands in the lowest bits; its
	// own are all above those.
	magic     = 3 << 22
	magicBits = 0x4b400000

	signBit = 0x80000000

	expMost  = 89     // e^89 is beyond float32
	expLeast = -104.5 // half of the smallest float32 is e^-103.97
)

// polynomial returns c[0] + c[1]·x + c[2]·x² + …
func (l *loop) polynomial(x vec, c []float64) vec {
	p := l.fresh(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		q := l.fresh(c[i])
		l.do("fmla", q, p, x)
		l.free(p)
		p = q
	}
	return p
}

// power is 2ⁿ, by n as a float and with n as the lowest bits of shifted.
type power struct{ n, shifted vec }

// reduce makes x the rest r = x − n·ln 2 and returns n.
func (l *loop) reduce(x vec) power {
	z, n := l.fresh(magic), l.tmp()
	l.do("fmla", z, x, l.c(log2e))
	l.do("fsub", n, z, l.c(magic))
	l.do("fmls", x, n, l.c(ln2Hi))
	l.do("fmls", x, n, l.c(ln2Lo))
	return power{n, z}
}

// expm1Rest returns eʳ − 1.
func (l *loop) expm1Rest(r vec) vec {
	p := l.polynomial(r, expQ)
	square, e := l.tmp(), l.copyOf(r)
	l.do("fmul", square, r, r)
	l.do("fmla", e, square, p)
	l.free(square)
	l.free(p)
	return e
}

// raised makes the integers n the floats 2ⁿ.
func (l *loop) raised(n vec) {
	l.v("shl %[1]s.4s, %[1]s.4s, #23", n)
	l.do("add", n, n, l.c(1))
}

// scaleBy computes p·2ⁿ, also where the result is denormal or infinite: in two
// steps, of which the first stays among the normal numbers.
func (l *loop) scaleBy(w power, p vec) {
	half, rest := w.n, w.shifted
	l.do("sub", rest, rest, l.c(magic))
	l.v("sshr %s.4s, %s.4s, #1", half, rest)
	l.do("sub", rest, rest, half)
	l.raised(half)
	l.raised(rest)
	l.do("fmul", p, p, half)
	l.do("fmul", p, p, rest)
}

// atMost and atLeast limit x; NaN stays NaN.
func (l *loop) atMost(limit float64, x vec)  { l.do("fmin", x, x, l.c(limit)) }
func (l *loop) atLeast(limit float64, x vec) { l.do("fmax", x, x, l.c(limit)) }

// exponential returns eˣ for x above expLeast, and destroys x.
func (l *loop) exponential(x vec) vec {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	l.do("fadd", p, p, l.c(1))
	l.scaleBy(w, p)
	return p
}

// limited is the exponential of any x.
func (l *loop) limited(x vec) vec {
	l.atMost(expMost, x)
	l.atLeast(expLeast, x)
	return l.exponential(x)
}

// expm1 returns eˣ − 1 for x in [−80, 0], and destroys x.
func (l *loop) expm1(x vec) vec {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	l.raised(w.shifted) // magic's bits are shifted out
	e := w.n
	l.do("fsub", e, w.shifted, l.c(1))
	l.do("fmla", e, p, w.shifted)
	return e
}

func (l *loop) minusAbs(x vec) vec {
	a := l.tmp()
	l.do("fabs", a, x)
	l.do("fneg", a, a)
	return a
}

// expMinusAbs returns e^−|x|.
func (l *loop) expMinusAbs(x vec) vec {
	a := l.minusAbs(x)
	l.atLeast(expLeast, a)
	return l.exponential(a)
}

// exponentialOfNormal returns eˣ where it is a normal number, and destroys x.
func (l *loop) exponentialOfNormal(x vec) vec {
	w := l.reduce(x)
	p := l.expm1Rest(x)
	l.raised(w.shifted) // magic's bits are shifted out
	l.do("fmla", w.shifted, p, w.shifted)
	l.free(p)
	l.free(w.n)
	return w.shifted
}

// tanh is x + x³·P(x²) up to 0.55, and 1 − 2e/(1+e) with e = e^(−2|x|) beyond,
// with the sign of x.
func (l *loop) tanh(x vec) vec {
	y, far := l.minusAbs(x), l.tmp()
	l.do("fadd", y, y, y)
	l.atLeast(-20, y)
	l.do("fcmgt", far, l.c(-1.1), y)
	e := l.exponentialOfNormal(y)
	d := y
	l.do("fadd", d, e, l.c(1))
	l.do("fadd", e, e, e)
	l.do("fdiv", e, e, d)
	l.do("fsub", e, l.c(1), e)
	l.v("bit %s.16b, %s.16b, %s.16b", e, x, l.bits(signBit))
	l.do("fmul", d, x, x)
	p := l.polynomial(d, tanhP)
	l.do("fmul", d, d, x)
	near := l.copyOf(x)
	l.do("fmla", near, d, p)
	return l.choose(far, e, near)
}

// sigmoid is 2ⁿ/(2ⁿ + e^−r) with x = n·ln 2 + r: no more than three roundings
// are in it, and the power of two comes last, so that small results may be
// denormal.
func (l *loop) sigmoid(x vec) vec {
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
	p := l.polynomial(r, alternating)
	d, e := l.tmp(), l.tmp()
	l.do("fmul", d, r, r)
	l.do("fneg", e, r)
	l.do("fmla", e, d, p) // e^−r − 1
	// A 2ⁿ below 2⁻⁶⁴ changes nothing beside 1, and might be no normal number.
	l.do("smax", d, w.shifted, l.bits(magicBits-64))
	l.raised(d)
	sum, lost := r, p
	l.do("fadd", sum, d, l.c(1))
	l.do("fsub", lost, sum, l.c(1))
	l.do("fsub", d, d, lost) // what the sum has rounded away
	l.do("fadd", d, d, e)
	l.do("fadd", d, d, sum)
	l.do("fdiv", p, l.c(1), d)
	l.scaleBy(w, p)
	return p
}

// log1pExp returns ln(1+e^−|x|).
func (l *loop) log1pExp(x vec) vec {
	e := l.expMinusAbs(x)
	p := l.polynomial(e, log1pP)
	l.do("fmul", p, p, e)
	return p
}

// above returns x where its sign is not set and 0 elsewhere.
func (l *loop) above(x vec) vec {
	r := l.copyOf(x)
	l.clear(r, l.negative(x))
	return r
}

// normalTail prepares Φ(−a) = (1+e)·2ⁿ·q for a = |z|: (1+e)·2ⁿ = e^(−a²/2), and q
// is a polynomial in (a−c)/(a+c), divided by a+c. Since e^y amplifies the error
// of y = −a²/2, the rest of rounding a² goes into the reduced argument.
func (l *loop) normalTail(z vec) (a, e, q vec, w power) {
	a = l.tmp()
	l.do("fabs", a, z)
	l.atMost(tailEnd, a)
	square, y, rest := l.tmp(), l.tmp(), l.tmp()
	l.do("fmul", square, a, a)
	l.do("fmul", y, square, l.c(-0.5))
	l.do("fneg", rest, square)
	l.do("fmla", rest, a, a) // a² − square
	w = l.reduce(y)
	l.do("fmla", y, rest, l.c(-0.5))
	e = l.expm1Rest(y)
	d, u := square, y
	l.do("fadd", d, a, l.c(tailCentre))
	l.do("fdiv", d, l.c(1), d)
	l.do("fsub", u, a, l.c(tailCentre))
	l.do("fmul", u, u, d)
	q = l.polynomial(u, tailP)
	l.do("fmul", q, q, d)
	return a, e, q, w
}
