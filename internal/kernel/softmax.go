package kernel

import "math"

// Softmax and what cross-entropy needs of it. A row is shifted by its maximum
// first, so that no exponential overflows; sums are in float64.

// Softmax computes y = eˣ/Σeˣ over each row of x, which is [rows, cols].
func Softmax(y, x []Float, cols int) {
	y = y[:len(x)]
	for ; len(x) > 0; y, x = y[cols:], x[cols:] {
		row := y[:cols]
		sum := expSum(row, x[:cols], Max(x[:cols]))
		Scale(row, Float(1/sum))
	}
}

// SoftmaxBackward computes dx_i = y_i·(dy_i − Σ_j y_j·dy_j) over each row.
func SoftmaxBackward(dx, dy, y []Float, cols int) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for ; len(y) > 0; dx, dy, y = dx[cols:], dy[cols:], y[cols:] {
		dot := Float(Dot(y[:cols], dy[:cols]))
		for i := 0; i < cols; i += block {
			j := min(i+block, cols)
			active.softmaxBackward(dx[i:j], dy[i:j], y[i:j], dot)
		}
	}
}

// LogSumExp returns ln Σ eᶻ of a row.
func LogSumExp(z []Float) float64 {
	top := Max(z)
	sum := 0.0
	for len(z) > block {
		sum += active.sumExp(z[:block], top)
		z = z[block:]
	}
	return float64(top) + math.Log(sum+active.sumExp(z, top))
}

// ClassGradient computes d = (softmax(z) − e_class)·scale of one row: the
// gradient of cross-entropy by the logits z.
func ClassGradient(d, z []Float, class int, scale float64) {
	d = d[:len(z)]
	sum := expSum(d, z, Max(z))
	// Where the class is nearly certain, softmax − 1 would lose everything to
	// rounding; e − sum is exact to float64.
	own := (float64(d[class]) - sum) / sum * scale
	Scale(d, Float(scale/sum))
	d[class] = Float(own)
}

// ProbabilityGradient computes d = (softmax(z)·total − t)·scale of one row,
// where total is the sum of t: the gradient of cross-entropy for a target of
// probabilities. d is neither z nor t.
func ProbabilityGradient(d, z, t []Float, total, scale float64) {
	d, t = d[:len(z)], t[:len(z)]
	sum := expSum(d, z, Max(z))
	for i := 0; i < len(d); i += block {
		j := min(i+block, len(d))
		active.probabilityLoss(d[i:j], t[i:j], total/sum, scale)
	}
}

func expSum(dst, x []Float, shift Float) float64 {
	sum := 0.0
	for len(x) > block {
		sum += active.expSum(dst[:block], x[:block], shift)
		dst, x = dst[block:], x[block:]
	}
	return sum + active.expSum(dst, x, shift)
}

func expSumGo(dst, x []Float, shift Float) float64 {
	sum := 0.0
	for i, v := range x {
		e := math.Exp(float64(v - shift))
		dst[i] = Float(e)
		sum += e
	}
	return sum
}

func sumExpGo(x []Float, shift Float) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - float64(shift))
	}
	return sum
}

func softmaxBackwardGo(dx, dy, y []Float, dot Float) {
	for i, v := range y {
		dx[i] = v * (dy[i] - dot)
	}
}

func probabilityLossGo(d, t []Float, k, scale float64) {
	for i, v := range t {
		d[i] = Float((float64(d[i])*k - float64(v)) * scale)
	}
}
