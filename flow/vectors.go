package flow

import (
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// elementaryBounds returns the Frobenius norm and √(‖w‖₁·‖w‖_∞).
func elementaryBounds(w []tensor.Float, rows, cols int) (frobenius, mixed float64) {
	columns := make([]float64, cols)
	widest := 0.0
	for r := range rows {
		sum := 0.0
		for c, v := range w[r*cols : (r+1)*cols] {
			a := math.Abs(float64(v))
			frobenius += a * a
			sum += a
			columns[c] += a
		}
		widest = max(widest, sum)
	}
	tallest := 0.0
	for _, c := range columns {
		tallest = max(tallest, c)
	}
	return math.Sqrt(frobenius), math.Sqrt(widest * tallest)
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		p, q := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += p[0] * q[0]
		s1 += p[1] * q[1]
		s2 += p[2] * q[2]
		s3 += p[3] * q[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// axpy computes y += a·x.
func axpy(y []float64, a float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] += a * x[i]
	}
}

// mixedDot is dot of a row of weights and a vector.
func mixedDot(w []tensor.Float, x []float64) float64 {
	x = x[:len(w)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(w); i += 4 {
		p, q := w[i:i+4:i+4], x[i:i+4:i+4]
		s0 += float64(p[0]) * q[0]
		s1 += float64(p[1]) * q[1]
		s2 += float64(p[2]) * q[2]
		s3 += float64(p[3]) * q[3]
	}
	for ; i < len(w); i++ {
		s0 += float64(w[i]) * x[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// mixedAxpy computes y += a·w for a row of weights.
func mixedAxpy(y []float64, a float64, w []tensor.Float) {
	y = y[:len(w)]
	i := 0
	for ; i+4 <= len(w); i += 4 {
		p, q := w[i:i+4:i+4], y[i:i+4:i+4]
		q[0] += a * float64(p[0])
		q[1] += a * float64(p[1])
		q[2] += a * float64(p[2])
		q[3] += a * float64(p[3])
	}
	for ; i < len(w); i++ {
		y[i] += a * float64(w[i])
	}
}

// normalize scales x to norm 1 and returns the norm that it had.
func normalize(x []float64) float64 {
	n := math.Sqrt(dot(x, x))
	if n > 0 {
		for i := range x {
			x[i] /= n
		}
	}
	return n
}
