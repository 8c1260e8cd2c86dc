package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func init() {
	files["recurrent_avx512"] = func() { writeRecurrent(true) }
	files["recurrent_avx2"] = func() { writeRecurrent(false) }
}

func writeRecurrent(wide bool) {
	constants = map[string]Mem{}
	lstmForward(wide)
	lstmBackward(wide)
	gruForward(wide)
	gruBackward(wide)
}

// part computes one value of a vector in hand, and gives back every other
// register that this took: a step of a cell has several of the functions in it,
// each of which needs most of them.
func (l *loop) part(compute func() VecPhysical) VecPhysical {
	home, ks := l.tmp(), l.ks
	next := l.next
	VMOVAPS(compute(), home)
	l.next, l.ks = next, ks
	return home
}

// gate turns a pre-activation into the gate, in place, and returns it.
func (l *loop) gate(base Register, function func(l *loop, x VecPhysical) VecPhysical) VecPhysical {
	return l.part(func() VecPhysical {
		r := function(l, l.load(base))
		l.store(r, base)
		return r
	})
}

// rest returns 1 − x.
func (l *loop) rest(x VecPhysical) VecPhysical {
	r := l.tmp()
	VSUBPS(x, l.reg(1), r)
	return r
}

// rest2 returns 1 − x².
func (l *loop) rest2(x VecPhysical) VecPhysical {
	r := l.copyOf(x)
	VFNMADD213PS(l.c(1), x, r)
	return r
}

// slope returns x(1−x), the derivative of the sigmoid whose value x is.
func (l *loop) slope(x VecPhysical) VecPhysical {
	r := l.rest(x)
	VMULPS(x, r, r)
	return r
}

func lstmForward(wide bool) {
	l := function(wide, "lstmForward", "i, f, g, o, before, c, tc, h []float32)", "h")
	i, f, g, o := slice("i"), slice("f"), slice("g"), slice("o")
	before, c, tc, h := slice("before"), slice("c"), slice("tc"), slice("h")
	l.run(1, func(int) {
		s := l.part(func() VecPhysical {
			a := l.gate(i, (*loop).sigmoid)
			d := l.gate(g, (*loop).tanh)
			VMULPS(d, a, a)
			b := l.gate(f, (*loop).sigmoid)
			VFMADD231PS(l.load(before), b, a)
			l.store(a, c)
			return a
		})
		t := l.part(func() VecPhysical {
			t := l.tanh(s)
			l.store(t, tc)
			return t
		})
		e := l.gate(o, (*loop).sigmoid)
		VMULPS(t, e, e)
		l.store(e, h)
	})
	l.end()
}

func lstmBackward(wide bool) {
	l := function(wide, "lstmBackward", "i, f, g, o, before, tc, dh, dc []float32)", "dh")
	i, f, g, o := slice("i"), slice("f"), slice("g"), slice("o")
	before, tc, dh, dc := slice("before"), slice("tc"), slice("dh"), slice("dc")
	l.run(1, func(int) {
		s := l.part(func() VecPhysical {
			d, e, t := l.load(dh), l.load(o), l.load(tc)
			part := l.rest2(t)
			VMULPS(e, part, part)
			s := l.load(dc)
			VFMADD231PS(part, d, s)
			VMULPS(t, d, d)
			VMULPS(l.slope(e), d, d)
			l.store(d, o)
			return s
		})
		a, q := l.load(i), l.load(g)
		l.part(func() VecPhysical {
			r := l.slope(a)
			VMULPS(q, r, r)
			VMULPS(s, r, r)
			l.store(r, i)
			return r
		})
		l.part(func() VecPhysical {
			r := l.rest2(q)
			VMULPS(a, r, r)
			VMULPS(s, r, r)
			l.store(r, g)
			return r
		})
		b := l.load(f)
		r := l.slope(b)
		VMULPS(l.load(before), r, r)
		VMULPS(s, r, r)
		l.store(r, f)
		VMULPS(b, s, s)
		l.store(s, dc)
	})
	l.end()
}

func gruForward(wide bool) {
	l := function(wide, "gruForward", "r, z, nx, nh, before, h []float32)", "h")
	r, z, nx, nh := slice("r"), slice("z"), slice("nx"), slice("nh")
	before, h := slice("before"), slice("h")
	l.run(1, func(int) {
		n := l.part(func() VecPhysical {
			a := l.gate(r, (*loop).sigmoid)
			n := l.load(nx)
			VFMADD231PS(l.load(nh), a, n)
			n = l.tanh(n)
			l.store(n, nx)
			return n
		})
		b := l.gate(z, (*loop).sigmoid)
		VMULPS(l.rest(b), n, n)
		VFMADD231PS(l.load(before), b, n)
		l.store(n, h)
	})
	l.end()
}

func gruBackward(wide bool) {
	l := function(wide, "gruBackward", "r, z, n, nh, before, dh []float32)", "dh")
	r, z, n, nh := slice("r"), slice("z"), slice("n"), slice("nh")
	before, dh := slice("before"), slice("dh")
	l.run(1, func(int) {
		d, b, q := l.load(dh), l.load(z), l.load(n)
		dn := l.part(func() VecPhysical {
			dn := l.rest(b)
			VMULPS(d, dn, dn)
			VMULPS(l.rest2(q), dn, dn)
			l.store(dn, n)
			return dn
		})
		l.part(func() VecPhysical {
			v := l.load(before)
			VSUBPS(q, v, v)
			VMULPS(d, v, v)
			VMULPS(l.slope(b), v, v)
			l.store(v, z)
			return v
		})
		VMULPS(b, d, d)
		l.store(d, dh)
		a, v := l.load(r), l.load(nh)
		VMULPS(dn, v, v)
		VMULPS(l.slope(a), v, v)
		l.store(v, r)
		VMULPS(a, dn, dn)
		l.store(dn, nh)
	})
	l.end()
}
