package main

func arithmetic(a *asm) {
	l := a.function("add", "dst, x []float32)", "dst")
	l.slices("dst", "x")
	l.run(4, func(int) {
		d, x := l.load("dst"), l.load("x")
		l.do("fadd", d, d, x)
		l.store(d, "dst")
	})
	l.end()

	l = a.function("mul", "dst, a, b []float32)", "dst")
	l.slices("dst", "a", "b")
	l.run(4, func(int) {
		x, y := l.load("a"), l.load("b")
		l.do("fmul", x, x, y)
		l.store(x, "dst")
	})
	l.end()

	l = a.function("mulAdd", "dst, a, b []float32)", "dst")
	l.slices("dst", "a", "b")
	l.run(4, func(int) {
		x, y, d := l.load("a"), l.load("b"), l.load("dst")
		l.do("fmla", d, x, y)
		l.store(d, "dst")
	})
	l.end()

	l = a.function("scale", "dst []float32, a float32)", "dst")
	l.slices("dst")
	factor := l.value("a")
	l.run(4, func(int) {
		x := l.load("dst")
		l.do("fmul", x, x, factor)
		l.store(x, "dst")
	})
	l.end()

	l = a.function("clamp", "dst []float32, limit float32)", "dst")
	l.slices("dst")
	limit := l.value("limit")
	l.run(4, func(int) {
		x, least := l.load("dst"), l.tmp()
		l.do("fneg", least, limit)
		l.do("fmin", x, x, limit)
		l.do("fmax", x, x, least)
		l.store(x, "dst")
	})
	l.end()

	l = a.function("addTo", "sum []float64, x []float32)", "sum")
	l.slices("sum", "x")
	l.run(2, func(int) {
		lo, hi := l.doubles(l.load("x"))
		s, t := l.load64("sum")
		l.doubled("fadd", s, s, lo)
		l.doubled("fadd", t, t, hi)
		l.store64(s, t, "sum")
	})
	l.end()

	l = a.function("addSquaresAround", "sum []float64, x []float32, mean []float64)", "sum")
	l.slices("sum", "x", "mean")
	l.run(2, func(int) {
		lo, hi := l.doubles(l.load("x"))
		m, n := l.load64("mean")
		l.doubled("fsub", lo, lo, m)
		l.doubled("fsub", hi, hi, n)
		s, t := l.load64("sum")
		l.doubled("fmla", s, lo, lo)
		l.doubled("fmla", t, hi, hi)
		l.store64(s, t, "sum")
	})
	l.end()
}
