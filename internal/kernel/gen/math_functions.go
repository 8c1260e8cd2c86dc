package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

func functions(wide bool) {
	for _, f := range []struct {
		name string
		body func(l *loop, x VecPhysical) VecPhysical
	}{
		{"exp", func(l *loop, x VecPhysical) VecPhysical {
			l.atMost(expMost, x)
			l.atLeast(expLeast, x)
			return l.exponential(x)
		}},
		{"tanh", (*loop).tanh},
		{"sigmoid", (*loop).sigmoid},
		{"softplus", func(l *loop, x VecPhysical) VecPhysical {
			r := l.log1pExp(x)
			VADDPS(l.above(x), r, r)
			return r
		}},
		// Where z < 0 it is −g and elsewhere z − g, with g = |z|·Φ(−|z|).
		{"gelu", func(l *loop, x VecPhysical) VecPhysical {
			a, e, q, w := l.normalTail(x)
			VFMADD213PS(q, q, e)
			VMULPS(a, e, e)
			l.scaleBy(w, e)
			VXORPS(a, a, a)
			l.choose(l.negative(x), a, x, a)
			VSUBPS(e, a, a)
			return a
		}},
		{"relu", func(l *loop, x VecPhysical) VecPhysical {
			l.only(l.compare(notLessEqual, x, l.zero()), x)
			return x
		}},
	} {
		l := function(wide, f.name, "dst, x []float32)", "dst")
		dst, x := slice("dst"), slice("x")
		l.run(2, func(int) { l.store(f.body(l, l.load(x)), dst) })
		l.end()
	}

	l := function(wide, "leakyRelu", "dst, x []float32, slope float32)", "dst")
	dst, x := slice("dst"), slice("x")
	slope := l.value("slope")
	l.run(2, func(int) {
		v, s := l.load(x), l.tmp()
		VMULPS(slope, v, s)
		l.choose(l.compare(lessEqual, v, l.zero()), s, v, v)
		l.store(v, dst)
	})
	l.end()

	l = function(wide, "elu", "dst, x []float32, above, below float32)", "dst")
	dst, x = slice("dst"), slice("x")
	above, below := l.value("above"), l.value("below")
	l.run(2, func(int) {
		v := l.load(x)
		m := l.copyOf(v)
		l.atLeast(-30, m)
		m = l.expm1(m)
		VMULPS(below, m, m)
		where := l.compare(lessEqual, v, l.zero())
		VMULPS(above, v, v)
		l.choose(where, m, v, v)
		l.store(v, dst)
	})
	l.end()
}
