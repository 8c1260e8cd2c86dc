package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// denormalsAreZero sets FTZ (0x8000) and DAZ (0x0040) and returns what puts the
// control word back.
func denormalsAreZero() (restore func()) {
	word := AllocLocal(8)
	STMXCSR(word)
	r := GP32()
	MOVL(word, r)
	ORL(U32(0x8040), r)
	MOVL(r, word.Offset(4))
	LDMXCSR(word.Offset(4))
	return func() { LDMXCSR(word) }
}

func updates(wide bool) {
	// decayed returns g + decay·w.
	decayed := func(l *loop, gradient Register, decay, w VecPhysical) VecPhysical {
		d := l.load(gradient)
		VFMADD231PS(decay, w, d)
		return d
	}

	l := function(wide, "sgd", "w, gr []float32, lr, decay float32)", "w")
	w, g := slice("w"), slice("gr")
	lr, decay := l.value("lr"), l.value("decay")
	restore := denormalsAreZero()
	l.run(2, func(int) {
		x := l.load(w)
		d := decayed(l, g, decay, x)
		VFNMADD231PS(lr, d, x)
		l.store(x, w)
	})
	restore()
	l.end()

	for _, nesterov := range []bool{false, true} {
		name := "momentum"
		if nesterov {
			name = "nesterov"
		}
		l = function(wide, name, "w, gr, b []float32, lr, decay, momentum float32)", "w")
		w, g = slice("w"), slice("gr")
		b := slice("b")
		lr, decay = l.value("lr"), l.value("decay")
		momentum := l.value("momentum")
		restore = denormalsAreZero()
		l.run(2, func(int) {
			x, v := l.load(w), l.load(b)
			d := decayed(l, g, decay, x)
			VFMADD213PS(d, momentum, v)
			l.store(v, b)
			if nesterov {
				VFMADD231PS(momentum, v, d)
				v = d
			}
			VFNMADD231PS(lr, v, x)
			l.store(x, w)
		})
		restore()
		l.end()
	}

	l = function(wide, "adagrad", "w, gr, s []float32, lr, decay, eps float32)", "w")
	w, g = slice("w"), slice("gr")
	s := slice("s")
	lr, decay = l.value("lr"), l.value("decay")
	eps := l.value("eps")
	restore = denormalsAreZero()
	l.run(2, func(int) {
		x, v := l.load(w), l.load(s)
		d := decayed(l, g, decay, x)
		VFMADD231PS(d, d, v)
		l.store(v, s)
		VSQRTPS(v, v)
		VADDPS(eps, v, v)
		VDIVPS(v, d, d)
		VFNMADD231PS(lr, d, x)
		l.store(x, w)
	})
	restore()
	l.end()

	for _, withMomentum := range []bool{false, true} {
		name, parameters := "rmsprop", "w, gr, s []float32, lr, decay, alpha, rest, eps float32)"
		if withMomentum {
			name, parameters = "rmspropMomentum", "w, gr, s, b []float32, lr, decay, alpha, rest, eps, momentum float32)"
		}
		l = function(wide, name, parameters, "w")
		w, g, s = slice("w"), slice("gr"), slice("s")
		var b Register
		var momentum VecPhysical
		if withMomentum {
			b, momentum = slice("b"), l.value("momentum")
		}
		lr, decay, eps = l.value("lr"), l.value("decay"), l.value("eps")
		alpha, rest := l.value("alpha"), l.value("rest")
		restore = denormalsAreZero()
		l.run(2, func(int) {
			x, v := l.load(w), l.load(s)
			d := decayed(l, g, decay, x)
			square := l.tmp()
			VMULPS(d, d, square)
			VMULPS(alpha, v, v)
			VFMADD231PS(rest, square, v)
			l.store(v, s)
			VSQRTPS(v, v)
			VADDPS(eps, v, v)
			VDIVPS(v, d, d)
			if withMomentum {
				VFMADD231PS(l.load(b), momentum, d)
				l.store(d, b)
			}
			VFNMADD231PS(lr, d, x)
			l.store(x, w)
		})
		restore()
		l.end()
	}

	// over is 1/Root: one division less.
	l = function(wide, "adam", "w, gr, m, v []float32, beta2, rest1, rest2, step, over, eps, decay, shrink float32)", "w")
	w, g = slice("w"), slice("gr")
	first, second := slice("m"), slice("v")
	beta2, rest1, rest2 := l.value("beta2"), l.value("rest1"), l.value("rest2")
	step, over := l.value("step"), l.value("over")
	eps, decay = l.value("eps"), l.value("decay")
	shrink := l.value("shrink")
	restore = denormalsAreZero()
	l.run(2, func(int) {
		x := l.load(w)
		VMULPS(shrink, x, x)
		d := decayed(l, g, decay, x)
		p, q := l.load(first), l.load(second)
		t := l.tmp()
		VSUBPS(p, d, t)
		VFMADD231PS(rest1, t, p)
		l.store(p, first)
		VMULPS(d, d, d)
		VMULPS(beta2, q, q)
		VFMADD231PS(rest2, d, q)
		l.store(q, second)
		VSQRTPS(q, q)
		VFMADD213PS(eps, over, q)
		VDIVPS(q, p, p)
		VFNMADD231PS(step, p, x)
		l.store(x, w)
	})
	restore()
	l.end()
}
