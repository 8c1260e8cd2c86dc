package flow

import "math"

// product is a product of positive numbers that can neither overflow nor
// underflow, for the logarithm of a geometric mean: multiplying costs far less
// than adding up logarithms, and rounds less. The zero product is 1.
type product struct {
	fraction float64 // in [least, 1/least], or 0 for the empty product
	exponent int     // of two
}

// least is where the fraction is brought back to [½, 1).
const least = 0x1p-500

func (p *product) times(x float64) {
	if f := p.fraction * x; f >= least && f <= 1/least { // mostly
		p.fraction = f
		return
	}
	f, e := math.Frexp(x)
	p.exponent += e
	if p.fraction == 0 {
		p.fraction = f
		return
	}
	p.fraction, e = math.Frexp(p.fraction * f)
	p.exponent += e
}

func (p *product) log10() float64 {
	if p.fraction == 0 {
		return 0
	}
	return math.Log10(p.fraction) + float64(p.exponent)*math.Log10(2)
}
