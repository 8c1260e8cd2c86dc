package kernel

import "math"

// Sum returns the sum of x[i] in float64.
func Sum(x []Float) float64 { return sumBlocks(active.sum, x) }

// SumSquares returns the sum of x[i]² in float64, which holds the square of
// every finite float32 without overflow.
func SumSquares(x []Float) float64 { return sumBlocks(active.sumSquares, x) }

// Dot returns the sum of a[i]·b[i] in float64.
func Dot(a, b []Float) float64 { return sumBlocks2(active.dot, a, b) }

func sumBlocks(f func(x []Float) float64, x []Float) float64 {
	s := 0.0
	for len(x) > block {
		s += f(x[:block])
		x = x[block:]
	}
	return s + f(x)
}

func sumBlocks2(f func(a, b []Float) float64, a, b []Float) float64 {
	b = b[:len(a)]
	s := 0.0
	for len(a) > block {
		s += f(a[:block], b[:block])
		a, b = a[block:], b[block:]
	}
	return s + f(a, b)
}

// Change compares now with before, in one pass: the sum of (now-before)² and
// that of before², in float64, and how many elements are equal. A zero is equal
// to a zero of either sign; what is not finite is equal to nothing.
func Change(now, before []Float) (moved, size float64, same int) {
	before = before[:len(now)]
	for len(now) > 0 {
		n := min(len(now), block)
		m, s, e := active.change(now[:n], before[:n])
		moved, size, same = moved+m, size+s, same+e
		now, before = now[n:], before[n:]
	}
	return moved, size, same
}

// Max returns the largest element, NaN if any is NaN, or −Inf if there is none.
func Max(x []Float) Float {
	m := Float(math.Inf(-1))
	for len(x) > block {
		m = max(m, active.max(x[:block]))
		x = x[block:]
	}
	return max(m, active.max(x))
}

// CountBelow returns how many elements of x are below limit.
func CountBelow(x []Float, limit Float) int {
	n := 0
	for len(x) > block {
		n += active.countBelow(x[:block], limit)
		x = x[block:]
	}
	return n + active.countBelow(x, limit)
}

func sumGo(x []Float) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		q := x[i : i+4 : i+4]
		s0 += float64(q[0])
		s1 += float64(q[1])
		s2 += float64(q[2])
		s3 += float64(q[3])
	}
	for ; i < len(x); i++ {
		s0 += float64(x[i])
	}
	return (s0 + s1) + (s2 + s3)
}

func dotGo(a, b []Float) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		p, q := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += float64(p[0]) * float64(q[0])
		s1 += float64(p[1]) * float64(q[1])
		s2 += float64(p[2]) * float64(q[2])
		s3 += float64(p[3]) * float64(q[3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

func maxGo(x []Float) Float {
	m := Float(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

func countBelowGo(x []Float, limit Float) int {
	n := 0
	for _, v := range x {
		if v < limit {
			n++
		}
	}
	return n
}

func sumSquaresGo(x []Float) float64 {
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

func changeGo(now, before []Float) (moved, size float64, same int) {
	before = before[:len(now)]
	var m0, m1, s0, s1 float64
	var equal uint64
	i := 0
	for ; i+4 <= len(now); i += 4 {
		n, b := now[i:i+4:i+4], before[i:i+4:i+4]
		// A difference of floats is zero only where they are equal: what is too
		// small for a normal number is a subnormal one.
		d0, d1, d2, d3 := n[0]-b[0], n[1]-b[1], n[2]-b[2], n[3]-b[3]
		q0, q1 := float64(d0)*float64(d0), float64(d1)*float64(d1)
		q2, q3 := float64(d2)*float64(d2), float64(d3)*float64(d3)
		m0 += q0
		m1 += q1
		m0 += q2
		m1 += q3
		s0 += float64(b[0]) * float64(b[0])
		s1 += float64(b[1]) * float64(b[1])
		s0 += float64(b[2]) * float64(b[2])
		s1 += float64(b[3]) * float64(b[3])
		equal += zero(d0, q0) + zero(d1, q1) + zero(d2, q2) + zero(d3, q3)
	}
	for ; i < len(now); i++ {
		d, b := now[i]-before[i], float64(before[i])
		q := float64(d) * float64(d)
		m0 += q
		s0 += b * b
		equal += zero(d, q)
	}
	moved, size, same = m0+m1, s0+s1, int(equal)
	if moved-moved != 0 {
		same = 0
		for i, v := range now {
			if v-before[i] == 0 {
				same++
			}
		}
	}
	return moved, size, same
}
