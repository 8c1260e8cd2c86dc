package main

// denormalsAreZero sets FZ, bit 24 of the control register, until the loop's end.
func (l *loop) denormalsAreZero() {
	l.before("MRS FPCR, %s", control)
	l.before("ORR $(1<<24), %s, %s", control, scratch)
	l.before("MSR %s, FPCR", scratch)
	l.finish = append(l.finish, func() { l.a.op("MSR %s, FPCR", control) })
}

// decayed returns g + decay·w.
func (l *loop) decayed(decay, w vec) vec {
	d := l.load("gr")
	l.do("fmla", d, decay, w)
	return d
}

func updates(a *asm) {
	l := a.function("sgd", "w, gr []float32, lr, decay float32)", "w")
	l.slices("w", "gr")
	lr, decay := l.value("lr"), l.value("decay")
	l.denormalsAreZero()
	l.run(2, func(int) {
		x := l.load("w")
		l.do("fmls", x, lr, l.decayed(decay, x))
		l.store(x, "w")
	})
	l.end()

	for _, nesterov := range []bool{false, true} {
		name := "momentum"
		if nesterov {
			name = "nesterov"
		}
		l = a.function(name, "w, gr, b []float32, lr, decay, momentum float32)", "w")
		l.slices("w", "gr", "b")
		lr, decay = l.value("lr"), l.value("decay")
		momentum := l.value("momentum")
		l.denormalsAreZero()
		l.run(2, func(int) {
			x, b := l.load("w"), l.load("b")
			d := l.decayed(decay, x)
			v := l.copyOf(d)
			l.do("fmla", v, momentum, b)
			l.store(v, "b")
			if nesterov {
				l.do("fmla", d, momentum, v)
				v = d
			}
			l.do("fmls", x, lr, v)
			l.store(x, "w")
		})
		l.end()
	}

	l = a.function("adagrad", "w, gr, s []float32, lr, decay, eps float32)", "w")
	l.slices("w", "gr", "s")
	lr, decay = l.value("lr"), l.value("decay")
	eps := l.value("eps")
	l.denormalsAreZero()
	l.run(2, func(int) {
		x, v := l.load("w"), l.load("s")
		d := l.decayed(decay, x)
		l.do("fmla", v, d, d)
		l.store(v, "s")
		l.do("fsqrt", v, v)
		l.do("fadd", v, v, eps)
		l.do("fdiv", d, d, v)
		l.do("fmls", x, lr, d)
		l.store(x, "w")
	})
	l.end()

	for _, withMomentum := range []bool{false, true} {
		name, parameters := "rmsprop", "w, gr, s []float32, lr, decay, alpha, rest, eps float32)"
		if withMomentum {
			name, parameters = "rmspropMomentum", "w, gr, s, b []float32, lr, decay, alpha, rest, eps, momentum float32)"
		}
		l = a.function(name, parameters, "w")
		l.slices("w", "gr", "s")
		var momentum vec
		if withMomentum {
			l.slices("b")
			momentum = l.value("momentum")
		}
		lr, decay, eps = l.value("lr"), l.value("decay"), l.value("eps")
		alpha, rest := l.value("alpha"), l.value("rest")
		l.denormalsAreZero()
		l.run(2, func(int) {
			x, v := l.load("w"), l.load("s")
			d := l.decayed(decay, x)
			square := l.tmp()
			l.do("fmul", square, d, d)
			l.do("fmul", v, v, alpha)
			l.do("fmla", v, rest, square)
			l.store(v, "s")
			l.do("fsqrt", v, v)
			l.do("fadd", v, v, eps)
			l.do("fdiv", d, d, v)
			if withMomentum {
				l.do("fmla", d, l.load("b"), momentum)
				l.store(d, "b")
			}
			l.do("fmls", x, lr, d)
			l.store(x, "w")
		})
		l.end()
	}

	// over is 1/Root: one division less.
	l = a.function("adam", "w, gr, m, v []float32, beta2, rest1, rest2, step, over, eps, decay, shrink float32)", "w")
	l.slices("w", "gr", "m", "v")
	beta2, rest1, rest2 := l.value("beta2"), l.value("rest1"), l.value("rest2")
	step, over := l.value("step"), l.value("over")
	eps, decay = l.value("eps"), l.value("decay")
	shrink := l.value("shrink")
	l.denormalsAreZero()
	l.run(2, func(int) {
		x := l.load("w")
		l.do("fmul", x, x, shrink)
		d := l.decayed(decay, x)
		p, q := l.load("m"), l.load("v")
		t := l.tmp()
		l.do("fsub", t, d, p)
		l.do("fmla", p, rest1, t)
		l.store(p, "m")
		l.do("fmul", d, d, d)
		l.do("fmul", q, q, beta2)
		l.do("fmla", q, rest2, d)
		l.store(q, "v")
		l.do("fsqrt", q, q)
		root := l.copyOf(eps)
		l.do("fmla", root, q, over)
		l.do("fdiv", p, p, root)
		l.do("fmls", x, step, p)
		l.store(x, "w")
	})
	l.end()
}
