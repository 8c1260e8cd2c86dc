package main

func norms(a *asm) {
	l := a.function("normalize", "y, xhat, x, gamma, beta []float32, mean, scale float64)", "y")
	l.slices("y", "xhat", "x", "gamma", "beta")
	mean, scale := l.value64("mean"), l.value64("scale")
	l.run(1, func(int) {
		lo, hi := l.doubles(l.load("x"))
		for _, v := range []vec{lo, hi} {
			l.doubled("fsub", v, v, mean)
			l.doubled("fmul", v, v, scale)
		}
		v := l.singles(lo, hi)
		b, g := l.load("beta"), l.load("gamma")
		l.store(v, "xhat")
		l.do("fmla", b, v, g)
		l.store(b, "y")
	})
	l.end()

	l = a.function("normSums", "dy, gamma, xhat []float32) (sum, along float64)", "dy")
	l.slices("dy", "gamma", "xhat")
	sum, along := l.newTotal(1, "sum"), l.newTotal(1, "along")
	l.run(1, func(int) {
		lo, hi := l.doubles(l.load("dy"))
		gLo, gHi := l.doubles(l.load("gamma"))
		l.doubled("fmul", lo, lo, gLo)
		l.doubled("fmul", hi, hi, gHi)
		sum.add(0, lo, hi)
		xLo, xHi := l.doubles(l.load("xhat"))
		along.addProduct(0, lo, hi, xLo, xHi)
	})
	l.end()

	l = a.function("normBackward", "dx, dy, gamma, xhat []float32, mean, along, scale float64)", "dx")
	l.slices("dx", "dy", "gamma", "xhat")
	mean, part, scale := l.value64("mean"), l.value64("along"), l.value64("scale")
	l.run(1, func(int) {
		lo, hi := l.doubles(l.load("dy"))
		gLo, gHi := l.doubles(l.load("gamma"))
		xLo, xHi := l.doubles(l.load("xhat"))
		r := [2]vec{}
		for i, v := range [][3]vec{{lo, gLo, xLo}, {hi, gHi, xHi}} {
			r[i] = l.tmp()
			l.doubled("fneg", r[i], mean)
			l.doubled("fmla", r[i], v[0], v[1])
			l.doubled("fmls", r[i], v[2], part)
			l.doubled("fmul", r[i], r[i], scale)
		}
		l.store(l.singles(r[0], r[1]), "dx")
	})
	l.end()

	l = a.function("batchNormalize", "y, xhat, x, mean, inv, gamma, beta []float32)", "y")
	l.slices("y", "xhat", "x", "mean", "inv", "gamma", "beta")
	l.run(1, func(int) {
		v, m, inv := l.load("x"), l.load("mean"), l.load("inv")
		b, g := l.load("beta"), l.load("gamma")
		l.do("fsub", v, v, m)
		l.do("fmul", v, v, inv)
		l.store(v, "xhat")
		l.do("fmla", b, v, g)
		l.store(b, "y")
	})
	l.end()

	l = a.function("batchNormBackward", "dx, dy, xhat, a, b, c []float32)", "dx")
	l.slices("dx", "dy", "xhat", "a", "b", "c")
	l.run(1, func(int) {
		d, x, f := l.load("dy"), l.load("xhat"), l.load("a")
		b, c := l.load("b"), l.load("c")
		l.do("fsub", d, d, b)
		l.do("fmls", d, x, c)
		l.do("fmul", d, d, f)
		l.store(d, "dx")
	})
	l.end()
}
