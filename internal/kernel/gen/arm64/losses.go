package main

func losses(a *asm) {
	l := a.function("expSum", "dst, x []float32, shift float32) (s float64)", "dst")
	l.slices("dst", "x")
	s, shift := l.newTotal(1, "s"), l.value("shift")
	l.run(1, func(u int) {
		v := l.load("x")
		l.do("fsub", v, v, shift)
		e := l.limited(v)
		l.store(e, "dst")
		lo, hi := l.doubles(e)
		s.add(u, lo, hi)
	})
	l.end()

	l = a.function("sumExp", "x []float32, shift float32) (s float64)", "x")
	l.slices("x")
	s, shift = l.newTotal(1, "s"), l.value("shift")
	l.run(1, func(u int) {
		v := l.load("x")
		l.do("fsub", v, v, shift)
		lo, hi := l.doubles(l.limited(v))
		s.add(u, lo, hi)
	})
	l.end()

	l = a.function("softmaxBackward", "dx, dy, y []float32, dot float32)", "dx")
	l.slices("dx", "dy", "y")
	dot := l.value("dot")
	l.run(2, func(int) {
		d, p := l.load("dy"), l.load("y")
		l.do("fsub", d, d, dot)
		l.do("fmul", d, d, p)
		l.store(d, "dx")
	})
	l.end()

	l = a.function("probabilityLoss", "d, t []float32, k, scale float64)", "d")
	l.slices("d", "t")
	k, scale := l.value64("k"), l.value64("scale")
	l.run(1, func(int) {
		lo, hi := l.doubles(l.load("d"))
		tLo, tHi := l.doubles(l.load("t"))
		for _, v := range [][2]vec{{tLo, lo}, {tHi, hi}} {
			l.doubled("fneg", v[0], v[0])
			l.doubled("fmla", v[0], v[1], k)
			l.doubled("fmul", v[0], v[0], scale)
		}
		l.store(l.singles(tLo, tHi), "d")
	})
	l.end()

	l = a.function("squaredError", "p, t []float32) (s float64)", "p")
	l.slices("p", "t")
	s = l.newTotal(1, "s")
	l.run(1, func(u int) {
		lo, hi := l.doubles(l.load("p"))
		tLo, tHi := l.doubles(l.load("t"))
		l.doubled("fsub", lo, lo, tLo)
		l.doubled("fsub", hi, hi, tHi)
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.end()

	l = a.function("errorGradient", "d, p, t []float32, a float32)", "d")
	l.slices("d", "p", "t")
	factor := l.value("a")
	l.run(2, func(int) {
		v, w := l.load("p"), l.load("t")
		l.do("fsub", v, v, w)
		l.do("fmul", v, v, factor)
		l.store(v, "d")
	})
	l.end()

	l = a.function("logistic", "z, t []float32) (s float64)", "z")
	l.slices("z", "t")
	s = l.newTotal(1, "s")
	l.run(1, func(u int) {
		v, w := l.load("z"), l.load("t")
		r := l.above(v)
		l.do("fmls", r, v, w)
		l.do("fadd", r, r, l.log1pExp(v))
		lo, hi := l.doubles(r)
		s.add(u, lo, hi)
	})
	l.end()

	// With s = e/(1+e), e = e^−|z|, it is s − t where z < 0 and (1−t) − s
	// elsewhere: for t = 1 this keeps what 1/(1+e) − 1 would lose.
	l = a.function("logisticGradient", "d, z, t []float32, a float32)", "d")
	l.slices("d", "z", "t")
	factor = l.value("a")
	l.run(2, func(int) {
		v, w := l.load("z"), l.load("t")
		e, below := l.expMinusAbs(v), l.tmp()
		l.do("fadd", below, e, l.c(1))
		l.do("fdiv", e, e, below)
		l.do("fsub", below, e, w)
		l.do("fsub", w, l.c(1), w)
		l.do("fsub", w, w, e)
		r := l.choose(l.negative(v), below, w)
		l.do("fmul", r, r, factor)
		l.store(r, "d")
	})
	l.end()
}
