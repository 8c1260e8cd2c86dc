package main

import "math"

func sums(a *asm) {
	const unroll = 2
	l := a.function("sum", "x []float32) (s float64)", "x")
	l.slices("x")
	s := l.newTotal(unroll, "s")
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load("x"))
		s.add(u, lo, hi)
	})
	l.end()

	l = a.function("sumSquares", "x []float32) (s float64)", "x")
	l.slices("x")
	s = l.newTotal(unroll, "s")
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load("x"))
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.end()

	l = a.function("dot", "a, b []float32) (s float64)", "a")
	l.slices("a", "b")
	s = l.newTotal(unroll, "s")
	l.run(unroll, func(u int) {
		aLo, aHi := l.doubles(l.load("a"))
		bLo, bHi := l.doubles(l.load("b"))
		s.addProduct(u, aLo, aHi, bLo, bHi)
	})
	l.end()

	l = a.function("squaresAround", "x []float32, mean float64) (s float64)", "x")
	l.slices("x")
	s = l.newTotal(unroll, "s")
	mean := l.value64("mean")
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load("x"))
		l.doubled("fsub", lo, lo, mean)
		l.doubled("fsub", hi, hi, mean)
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.end()

	l = a.function("count", "x []float32) (s float64, zeros, nonFinite int)", "x")
	l.slices("x")
	s = l.newTotal(unroll, "s")
	zeros, bad := l.newTally("zeros"), l.newTally("nonFinite")
	l.run(unroll, func(u int) {
		v, m := l.load("x"), l.tmp()
		l.v("fcmeq %s.4s, %s.4s, #0.0", m, v)
		zeros.count(m)
		d := l.tmp()
		l.do("fsub", d, v, v) // NaN of what is not finite
		l.do("fcmeq", d, d, d)
		l.v("not %[1]s.16b, %[1]s.16b", d)
		bad.count(d)
		lo, hi := l.doubles(v)
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.end()

	l = a.function("change", "now, before []float32) (moved, size float64, same int)", "now")
	l.slices("now", "before")
	moved, size, same := l.newTotal(1, "moved"), l.newTotal(1, "size"), l.newTally("same")
	l.run(1, func(int) {
		d, v, m := l.load("now"), l.load("before"), l.tmp()
		l.do("fsub", d, d, v)
		l.v("fcmeq %s.4s, %s.4s, #0.0", m, d)
		same.count(m)
		lo, hi := l.doubles(d)
		moved.addProduct(0, lo, hi, lo, hi)
		lo, hi = l.doubles(v)
		size.addProduct(0, lo, hi, lo, hi)
	})
	l.end()

	l = a.function("countBelow", "x []float32, limit float32) (n int)", "x")
	l.slices("x")
	n, limit := l.newTally("n"), l.value("limit")
	l.run(2, func(int) {
		m := l.load("x")
		l.do("fcmgt", m, limit, m)
		n.count(m)
	})
	l.end()

	l = a.function("max", "x []float32) (m float32)", "x")
	l.slices("x")
	top := l.bits(math.Float32bits(float32(math.Inf(-1))))
	l.run(2, func(int) {
		v := l.load("x")
		if l.single {
			l.a.op("VDUP V%[1]d.S[0], V%[1]d.S4", v)
		}
		l.do("fmax", top, top, v)
	})
	for _, lanes := range []int{2, 1} {
		v := l.tmp()
		l.a.op("VEXT $%[1]d, V%[2]d.B16, V%[2]d.B16, V%[3]d.B16", 4*lanes, top, v)
		l.do("fmax", top, top, v)
	}
	l.a.op("FMOVS F%d, m+%d(FP)", top, l.places["m"])
	l.end()
}
