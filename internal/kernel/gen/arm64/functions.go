package main

func functions(a *asm) {
	for _, f := range []struct {
		name string
		body func(l *loop, x vec) vec
	}{
		{"exp", (*loop).limited},
		{"tanh", (*loop).tanh},
		{"sigmoid", (*loop).sigmoid},
		{"softplus", func(l *loop, x vec) vec {
			r := l.log1pExp(x)
			l.do("fadd", r, r, l.above(x))
			return r
		}},
		// Where z < 0 it is −g and elsewhere z − g, with g = |z|·Φ(−|z|).
		{"gelu", func(l *loop, x vec) vec {
			a, e, q, w := l.normalTail(x)
			g := l.copyOf(q)
			l.do("fmla", g, q, e)
			l.do("fmul", g, g, a)
			l.scaleBy(w, g)
			r := l.above(x)
			l.do("fsub", r, r, g)
			return r
		}},
		{"relu", func(l *loop, x vec) vec {
			l.clear(x, l.notAbove(x))
			return x
		}},
	} {
		l := a.function(f.name, "dst, x []float32)", "dst")
		l.slices("dst", "x")
		l.run(2, func(int) { l.store(f.body(l, l.load("x")), "dst") })
		l.end()
	}

	l := a.function("leakyRelu", "dst, x []float32, slope float32)", "dst")
	l.slices("dst", "x")
	slope := l.value("slope")
	l.run(2, func(int) {
		v, s := l.load("x"), l.tmp()
		l.do("fmul", s, v, slope)
		l.store(l.choose(l.notAbove(v), s, v), "dst")
	})
	l.end()

	l = a.function("elu", "dst, x []float32, above, below float32)", "dst")
	l.slices("dst", "x")
	above, below := l.value("above"), l.value("below")
	l.run(2, func(int) {
		v := l.load("x")
		m := l.copyOf(v)
		l.atLeast(-30, m)
		m = l.expm1(m)
		l.do("fmul", m, m, below)
		where := l.notAbove(v)
		l.do("fmul", v, v, above)
		l.store(l.choose(where, m, v), "dst")
	})
	l.end()
}
