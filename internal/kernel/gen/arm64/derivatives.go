package main

// 1/√(2π)
const normalDensity = 0.398942280401432678

func derivatives(a *asm) {
	for _, f := range []struct {
		name, of string
		body     func(l *loop, d, x vec) vec
	}{
		{"sigmoidBackward", "h", func(l *loop, d, h vec) vec {
			t := l.tmp()
			l.do("fsub", t, l.c(1), h)
			l.do("fmul", t, t, h)
			l.do("fmul", d, d, t)
			return d
		}},
		{"tanhBackward", "h", func(l *loop, d, h vec) vec {
			t := l.fresh(1)
			l.do("fmls", t, h, h)
			l.do("fmul", d, d, t)
			return d
		}},
		{"reluBackward", "h", func(l *loop, d, h vec) vec {
			l.clear(d, l.notAbove(h))
			return d
		}},
		{"softplusBackward", "z", func(l *loop, d, z vec) vec {
			l.do("fmul", d, d, l.sigmoid(z))
			return d
		}},
		// With g = Φ(−|z|) − |z|·N(z) it is g where z < 0 and 1 − g elsewhere.
		{"geluBackward", "z", func(l *loop, d, z vec) vec {
			a, e, q, w := l.normalTail(z)
			l.do("fmls", q, a, l.c(normalDensity))
			g := l.copyOf(q)
			l.do("fmla", g, q, e)
			l.scaleBy(w, g)
			l.do("fsub", a, l.c(1), g)
			l.do("fmul", d, d, l.choose(l.negative(z), g, a))
			return d
		}},
	} {
		l := a.function(f.name, "dz, dh, "+f.of+" []float32)", "dz")
		l.slices("dz", "dh", f.of)
		l.run(2, func(int) { l.store(f.body(l, l.load("dh"), l.load(f.of)), "dz") })
		l.end()
	}

	l := a.function("leakyReluBackward", "dz, dh, z []float32, slope float32)", "dz")
	l.slices("dz", "dh", "z")
	slope := l.value("slope")
	l.run(2, func(int) {
		d, v, s := l.load("dh"), l.load("z"), l.tmp()
		l.do("fmul", s, d, slope)
		l.store(l.choose(l.notAbove(v), s, d), "dz")
	})
	l.end()

	l = a.function("eluBackward", "dz, dh, z []float32, above, below float32)", "dz")
	l.slices("dz", "dh", "z")
	above, below := l.value("above"), l.value("below")
	l.run(2, func(int) {
		d, v := l.load("dh"), l.load("z")
		where := l.notAbove(v)
		e := l.limited(v)
		l.do("fmul", e, e, below)
		l.do("fmul", d, d, l.choose(where, e, above))
		l.store(d, "dz")
	})
	l.end()
}
