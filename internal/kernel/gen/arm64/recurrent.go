package main

// scoped returns what f does, with all other registers that it took freed.
func (l *loop) scoped(f func() vec) vec {
	before := l.busy
	v := f()
	l.busy = before
	l.busy[v] = true
	return v
}

func (l *loop) scopedSigmoid(x vec) vec { return l.scoped(func() vec { return l.sigmoid(x) }) }
func (l *loop) scopedTanh(x vec) vec    { return l.scoped(func() vec { return l.tanh(x) }) }

// timesSigmoidSlope multiplies d by s·(1−s), timesTanhSlope by 1−t².
func (l *loop) timesSigmoidSlope(d, s vec) {
	t := l.tmp()
	l.do("fsub", t, l.c(1), s)
	l.do("fmul", t, t, s)
	l.do("fmul", d, d, t)
	l.free(t)
}

func (l *loop) timesTanhSlope(d, t vec) {
	s := l.fresh(1)
	l.do("fmls", s, t, t)
	l.do("fmul", d, d, s)
	l.free(s)
}

// product returns a·b.
func (l *loop) product(a, b vec) vec {
	r := l.tmp()
	l.do("fmul", r, a, b)
	return r
}

func recurrent(a *asm) {
	l := a.function("lstmForward", "i, f, u, o, before, c, tc, h []float32)", "h")
	l.slices("i", "f", "u", "o", "before", "c", "tc", "h")
	l.run(1, func(int) {
		i, u := l.scopedSigmoid(l.load("i")), l.scopedTanh(l.load("u"))
		l.store(i, "i")
		l.store(u, "u")
		s := l.product(i, u)
		f := l.scopedSigmoid(l.load("f"))
		l.store(f, "f")
		l.do("fmla", s, f, l.load("before"))
		l.store(s, "c")
		t, o := l.scopedTanh(s), l.scopedSigmoid(l.load("o"))
		l.store(t, "tc")
		l.store(o, "o")
		l.store(l.product(o, t), "h")
	})
	l.end()

	l = a.function("lstmBackward", "i, f, u, o, before, tc, dh, dc []float32)", "dh")
	l.slices("i", "f", "u", "o", "before", "tc", "dh", "dc")
	l.run(1, func(int) {
		d, t, o := l.load("dh"), l.load("tc"), l.load("o")
		s := l.product(d, o)
		l.timesTanhSlope(s, t)
		l.do("fadd", s, s, l.load("dc"))
		l.do("fmul", d, d, t)
		l.timesSigmoidSlope(d, o)
		i, f, u, before := l.load("i"), l.load("f"), l.load("u"), l.load("before")
		l.store(d, "o")
		di := l.product(s, u)
		l.timesSigmoidSlope(di, i)
		l.store(di, "i")
		df := l.product(s, before)
		l.timesSigmoidSlope(df, f)
		l.store(df, "f")
		du := l.product(s, i)
		l.timesTanhSlope(du, u)
		l.store(du, "u")
		l.do("fmul", s, s, f)
		l.store(s, "dc")
	})
	l.end()

	l = a.function("gruForward", "r, z, nx, nh, before, h []float32)", "h")
	l.slices("r", "z", "nx", "nh", "before", "h")
	l.run(1, func(int) {
		r, z := l.scopedSigmoid(l.load("r")), l.scopedSigmoid(l.load("z"))
		l.store(r, "r")
		l.store(z, "z")
		n := l.load("nx")
		l.do("fmla", n, r, l.load("nh"))
		n = l.scopedTanh(n)
		l.store(n, "nx")
		rest := l.tmp()
		l.do("fsub", rest, l.c(1), z)
		l.do("fmul", rest, rest, n)
		l.do("fmla", rest, z, l.load("before"))
		l.store(rest, "h")
	})
	l.end()

	l = a.function("gruBackward", "r, z, n, nh, before, dh []float32)", "dh")
	l.slices("r", "z", "n", "nh", "before", "dh")
	l.run(1, func(int) {
		r, z, n, nh := l.load("r"), l.load("z"), l.load("n"), l.load("nh")
		before, d := l.load("before"), l.load("dh")
		dn, dz := l.tmp(), l.tmp()
		l.do("fsub", dn, l.c(1), z)
		l.do("fmul", dn, dn, d)
		l.timesTanhSlope(dn, n)
		l.do("fsub", dz, before, n)
		l.do("fmul", dz, dz, d)
		l.timesSigmoidSlope(dz, z)
		l.store(dz, "z")
		l.store(dn, "n")
		l.do("fmul", nh, nh, dn)
		l.timesSigmoidSlope(nh, r)
		l.store(l.product(dn, r), "nh")
		l.store(nh, "r")
		l.do("fmul", d, d, z)
		l.store(d, "dh")
	})
	l.end()
}
