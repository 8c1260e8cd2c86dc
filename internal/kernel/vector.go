package kernel

import "math"

// Add computes dst[i] += x[i].
func Add(dst, x []Float) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

// Mul computes dst[i] *= x[i].
func Mul(dst, x []Float) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] *= x[i]
	}
}

// Scale computes dst[i] *= a.
func Scale(dst []Float, a Float) {
	for i := range dst {
		dst[i] *= a
	}
}

// Clamp limits every element to [-limit, limit]. NaN stays NaN.
func Clamp(dst []Float, limit Float) {
	for i, v := range dst {
		if v > limit {
			dst[i] = limit
		} else if v < -limit {
			dst[i] = -limit
		}
	}
}

// AddRow adds the row b to each of the rows of dst, which is [rows, len(b)]
// without gaps.
func AddRow(dst, b []Float) {
	n := len(b)
	if n == 0 {
		return
	}
	for r := 0; r+n <= len(dst); r += n {
		Add(dst[r:r+n], b)
	}
}

// SumRows adds to dst the sum of the rows of x, which is [rows, len(dst)]
// without gaps: a bias's gradient.
func SumRows(dst, x []Float) {
	n := len(dst)
	if n == 0 {
		return
	}
	for r := 0; r+n <= len(x); r += n {
		Add(dst, x[r:r+n])
	}
}

// SumSquares returns the sum of x[i]² in float64, over four interleaved sums.
// float64 holds the square of every finite float32 without overflow.
func SumSquares(x []Float) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		q := x[i : i+4 : i+4]
		a, b, c, d := float64(q[0]), float64(q[1]), float64(q[2]), float64(q[3])
		s0 += a * a
		s1 += b * b
		s2 += c * c
		s3 += d * d
	}
	for ; i < len(x); i++ {
		a := float64(x[i])
		s0 += a * a
	}
	return (s0 + s1) + (s2 + s3)
}

// Census is what one pass over a gradient finds.
type Census struct {
	SumSquares float64 // of all elements, non-finite ones included
	Zeros      int     // elements that are exactly zero
	NonFinite  int     // elements that are NaN or infinite
}

// Count takes the census of x in one pass.
func Count(x []Float) Census {
	var s0, s1 float64
	zeros, bad := 0, 0
	i := 0
	for ; i+2 <= len(x); i += 2 {
		a, b := float64(x[i]), float64(x[i+1])
		s0 += a * a
		s1 += b * b
		if a == 0 {
			zeros++
		}
		if b == 0 {
			zeros++
		}
	}
	if i < len(x) {
		a := float64(x[i])
		s0 += a * a
		if a == 0 {
			zeros++
		}
	}
	s := s0 + s1
	// A sum of squares of finite float32 values is finite in float64, so only a
	// non-finite sum (or the float64 build, where a square can overflow) needs
	// the second look.
	if math.IsNaN(s) || math.IsInf(s, 0) {
		for _, v := range x {
			if v-v != 0 {
				bad++
			}
		}
	}
	return Census{SumSquares: s, Zeros: zeros, NonFinite: bad}
}

// CountSame returns how many elements of a and b are equal, bit for bit or both
// zero.
func CountSame(a, b []Float) int {
	b = b[:len(a)]
	n := 0
	for i, v := range a {
		if v == b[i] {
			n++
		}
	}
	return n
}

// DistanceSquares returns the sum of (a[i]-b[i])² in float64.
func DistanceSquares(a, b []Float) float64 {
	b = b[:len(a)]
	var s float64
	for i, v := range a {
		d := float64(v) - float64(b[i])
		s += d * d
	}
	return s
}
