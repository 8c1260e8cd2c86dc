package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// 1/√(2π)
const normalDensity = 0.398942280401432678

func derivatives(wide bool) {
	for _, f := range []struct {
		name, of string
		body     func(l *loop, d, x VecPhysical) VecPhysical
	}{
		{"sigmoidBackward", "h", func(l *loop, d, h VecPhysical) VecPhysical {
			r := l.reg(1)
			t := l.tmp()
			VSUBPS(h, r, t)
			VMULPS(h, t, t)
			VMULPS(t, d, d)
			return d
		}},
		{"tanhBackward", "h", func(l *loop, d, h VecPhysical) VecPhysical {
			t := l.copyOf(l.c(1))
			VFNMADD231PS(h, h, t)
			VMULPS(t, d, d)
			return d
		}},
		{"reluBackward", "h", func(l *loop, d, h VecPhysical) VecPhysical {
			l.only(l.compare(notLessEqual, h, l.zero()), d)
			return d
		}},
		{"softplusBackward", "z", func(l *loop, d, z VecPhysical) VecPhysical {
			s := l.sigmoid(z)
			VMULPS(s, d, d)
			return d
		}},
		// With g = Φ(−|z|) − |z|·N(z) it is g where z < 0 and 1 − g elsewhere.
		{"geluBackward", "z", func(l *loop, d, z VecPhysical) VecPhysical {
			a, e, q, w := l.normalTail(z)
			VFNMADD231PS(l.c(normalDensity), a, q)
			VFMADD213PS(q, q, e)
			l.scaleBy(w, e)
			VSUBPS(e, l.reg(1), a)
			l.choose(l.negative(z), e, a, e)
			VMULPS(e, d, d)
			return d
		}},
	} {
		l := function(wide, f.name, "dz, dh, "+f.of+" []float32)", "dz")
		dz, dh, x := slice("dz"), slice("dh"), slice(f.of)
		l.run(2, func(int) { l.store(f.body(l, l.load(dh), l.load(x)), dz) })
		l.end()
	}

	l := function(wide, "leakyReluBackward", "dz, dh, z []float32, slope float32)", "dz")
	dz, dh, z := slice("dz"), slice("dh"), slice("z")
	slope := l.value("slope")
	l.run(2, func(int) {
		d, v, s := l.load(dh), l.load(z), l.tmp()
		VMULPS(slope, d, s)
		l.choose(l.compare(lessEqual, v, l.zero()), s, d, d)
		l.store(d, dz)
	})
	l.end()

	l = function(wide, "eluBackward", "dz, dh, z []float32, above, below float32)", "dz")
	dz, dh, z = slice("dz"), slice("dh"), slice("z")
	above, below := l.value("above"), l.value("below")
	l.run(2, func(int) {
		d, v := l.load(dh), l.load(z)
		where := l.compare(lessEqual, v, l.zero())
		l.atMost(expMost, v)
		l.atLeast(expLeast, v)
		e := l.exponential(v)
		VMULPS(below, e, e)
		l.choose(where, e, above, e)
		VMULPS(e, d, d)
		l.store(d, dz)
	})
	l.end()
}
