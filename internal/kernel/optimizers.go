package kernel

import "math"

// updateLoops are the machine's optimizer updates. Like the vectorLoops they get
// slices of equal length, at most block, and what they do to an element depends
// on nothing but its values.
//
// The assembly treats denormal numbers as zero and writes none, since the
// moments of weights that get no gradient decay into them, where each operation
// takes a hundred cycles. The difference is below 1e-38 in whatever is written.
type updateLoops struct {
	sgd      func(w, g []Float, lr, decay Float)
	momentum func(w, g, b []Float, lr, decay, momentum Float, nesterov bool)
	adagrad  func(w, g, s []Float, lr, decay, eps Float)
	rmsprop  func(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float)
	adam     func(w, g, m, v []Float, c AdamSettings)
}

var goUpdate = updateLoops{sgd: sgdGo, momentum: momentumGo, adagrad: adagradGo, rmsprop: rmspropGo, adam: adamGo}

// The element-wise updates of the optimizers, each over one parameter. Slices
// have the length of w. Constants are computed by the caller in float64 and
// rounded once.

// SGD computes w -= lr·(g + decay·w).
func SGD(w, g []Float, lr, decay Float) {
	g = g[:len(w)]
	for len(w) > block {
		active.sgd(w[:block], g[:block], lr, decay)
		w, g = w[block:], g[block:]
	}
	active.sgd(w, g, lr, decay)
}

// Momentum computes b = momentum·b + g + decay·w and w -= lr·b, or, for
// Nesterov, w -= lr·(g + decay·w + momentum·b).
func Momentum(w, g, b []Float, lr, decay, momentum Float, nesterov bool) {
	g, b = g[:len(w)], b[:len(w)]
	for len(w) > block {
		active.momentum(w[:block], g[:block], b[:block], lr, decay, momentum, nesterov)
		w, g, b = w[block:], g[block:], b[block:]
	}
	active.momentum(w, g, b, lr, decay, momentum, nesterov)
}

// Adagrad computes s += g² and w -= lr·g/(√s + eps), with g + decay·w for g.
func Adagrad(w, g, s []Float, lr, decay, eps Float) {
	g, s = g[:len(w)], s[:len(w)]
	for len(w) > block {
		active.adagrad(w[:block], g[:block], s[:block], lr, decay, eps)
		w, g, s = w[block:], g[block:], s[block:]
	}
	active.adagrad(w, g, s, lr, decay, eps)
}

// RMSprop computes s = alpha·s + rest·g² and w -= lr·g/(√s + eps), with
// g + decay·w for g; rest is 1−alpha. With a momentum, b = momentum·b +
// g/(√s + eps) and w -= lr·b; b is nil without.
func RMSprop(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float) {
	g, s = g[:len(w)], s[:len(w)]
	for len(w) > 0 {
		n := min(len(w), block)
		var c []Float
		if b != nil {
			c, b = b[:n], b[n:]
		}
		active.rmsprop(w[:n], g[:n], s[:n], c, lr, decay, alpha, rest, eps, momentum)
		w, g, s = w[n:], g[n:], s[n:]
	}
}

// AdamSettings are the constants of one update. Rest1 and Rest2 are rounded
// from float64: in float32, 1 − 0.999 would be off by 1e-5.
type AdamSettings struct {
	Beta2        Float
	Rest1, Rest2 Float // 1 − β₁, 1 − β₂
	Step         Float // lr / (1 − beta1^t)
	Root         Float // √(1 − beta2^t)
	Eps          Float
	Decay        Float // added to the gradient, times w
	Shrink       Float // w is multiplied by it first: 1 − lr·decay of AdamW, else 1
}

// Adam computes m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g² and
// w -= Step·m/(√v/Root + Eps).
func Adam(w, g, m, v []Float, c AdamSettings) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for len(w) > block {
		active.adam(w[:block], g[:block], m[:block], v[:block], c)
		w, g, m, v = w[block:], g[block:], m[block:], v[block:]
	}
	active.adam(w, g, m, v, c)
}

func sgdGo(w, g []Float, lr, decay Float) {
	g = g[:len(w)]
	for i, x := range w {
		w[i] = x - lr*(g[i]+decay*x)
	}
}

func momentumGo(w, g, b []Float, lr, decay, momentum Float, nesterov bool) {
	g, b = g[:len(w)], b[:len(w)]
	for i, x := range w {
		d := g[i] + decay*x
		v := momentum*b[i] + d
		b[i] = v
		if nesterov {
			v = d + momentum*v
		}
		w[i] = x - lr*v
	}
}

func adagradGo(w, g, s []Float, lr, decay, eps Float) {
	g, s = g[:len(w)], s[:len(w)]
	for i, x := range w {
		d := g[i] + decay*x
		v := s[i] + d*d
		s[i] = v
		w[i] = x - lr*d/(sqrt(v)+eps)
	}
}

func rmspropGo(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float) {
	g, s = g[:len(w)], s[:len(w)]
	for i, x := range w {
		d := g[i] + decay*x
		v := alpha*s[i] + rest*(d*d)
		s[i] = v
		step := d / (sqrt(v) + eps)
		if b != nil {
			step += momentum * b[i]
			b[i] = step
		}
		w[i] = x - lr*step
	}
}

func adamGo(w, g, m, v []Float, c AdamSettings) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i, x := range w {
		x *= c.Shrink
		d := g[i] + c.Decay*x
		p := m[i] + c.Rest1*(d-m[i])
		q := c.Beta2*v[i] + c.Rest2*(d*d)
		m[i], v[i] = p, q
		w[i] = x - c.Step*(p/(sqrt(q)/c.Root+c.Eps))
	}
}

func sqrt(v Float) Float { return Float(math.Sqrt(float64(v))) }
