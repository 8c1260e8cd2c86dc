package kernel

// Census is what one pass over a gradient finds.
type Census struct {
	SumSquares float64 // of all elements, non-finite ones included
	Zeros      int     // elements that are exactly zero
	NonFinite  int     // elements that are NaN or infinite
}

// Count takes the census of x in one pass.
func Count(x []Float) Census {
	var c Census
	for len(x) > 0 {
		n := min(len(x), block)
		d := active.count(x[:n])
		c.SumSquares += d.SumSquares
		c.Zeros += d.Zeros
		c.NonFinite += d.NonFinite
		x = x[n:]
	}
	return c
}

// countGo runs over every gradient of a measured step, so there is no branch in
// the loop.
func countGo(x []Float) Census {
	var s0, s1, s2, s3 float64
	var zeros uint64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		q := x[i : i+4 : i+4]
		a, b, c, d := float64(q[0]), float64(q[1]), float64(q[2]), float64(q[3])
		a, b, c, d = a*a, b*b, c*c, d*d
		s0 += a
		s1 += b
		s2 += c
		s3 += d
		zeros += zero(q[0], a) + zero(q[1], b) + zero(q[2], c) + zero(q[3], d)
	}
	for ; i < len(x); i++ {
		a := float64(x[i]) * float64(x[i])
		s0 += a
		zeros += zero(x[i], a)
	}
	c := Census{SumSquares: (s0 + s1) + (s2 + s3), Zeros: int(zeros)}
	// A sum of squares of finite float32 values is finite in float64, so only a
	// non-finite sum (or the float64 build, where a square can overflow) needs
	// the second look.
	if c.SumSquares-c.SumSquares != 0 {
		c.Zeros = 0
		for _, v := range x {
			if v == 0 {
				c.Zeros++
			}
			if v-v != 0 {
				c.NonFinite++
			}
		}
	}
	return c
}
