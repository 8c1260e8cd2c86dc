package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func sums(wide bool) {
	unroll := 2
	if wide {
		unroll = 4 // as many sums as keep both adders busy
	}
	l := function(wide, "sum", "x []float32) (s float64)", "x")
	x := slice("x")
	s := l.newTotal(unroll)
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load(x))
		s.add(u, lo, hi)
	})
	l.ret(s, "s")
	l.end()

	l = function(wide, "sumSquares", "x []float32) (s float64)", "x")
	x = slice("x")
	s = l.newTotal(unroll)
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load(x))
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.ret(s, "s")
	l.end()

	l = function(wide, "dot", "a, b []float32) (s float64)", "a")
	a, b := slice("a"), slice("b")
	s = l.newTotal(unroll)
	l.run(unroll, func(u int) {
		aLo, aHi := l.doubles(l.load(a))
		bLo, bHi := l.doubles(l.load(b))
		s.addProduct(u, aLo, aHi, bLo, bHi)
	})
	l.ret(s, "s")
	l.end()

	l = function(wide, "squaresAround", "x []float32, mean float64) (s float64)", "x")
	x = slice("x")
	s = l.newTotal(unroll)
	mean := l.value64("mean")
	l.run(unroll, func(u int) {
		lo, hi := l.doubles(l.load(x))
		VSUBPD(mean, lo, lo)
		VSUBPD(mean, hi, hi)
		l.cutDoubles(lo, hi)
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.ret(s, "s")
	l.end()

	l = function(wide, "count", "x []float32) (s float64, zeros int)", "x")
	x = slice("x")
	s = l.newTotal(unroll)
	zeros := l.newTally()
	null := l.keep()
	VXORPS(null, null, null)
	l.run(unroll, func(u int) {
		v := l.load(x)
		l.count(zeros, l.compare(equal, v, null))
		lo, hi := l.doubles(v)
		s.addProduct(u, lo, hi, lo, hi)
	})
	l.ret(s, "s")
	l.retTally(zeros, "zeros")
	l.end()

	l = function(wide, "change", "now, before []float32) (moved, size float64, same int)", "now")
	now, before := slice("now"), slice("before")
	unroll /= 2
	moved, size, same := l.newTotal(unroll), l.newTotal(unroll), l.newTally()
	null = l.keep()
	VXORPS(null, null, null)
	l.run(unroll, func(u int) {
		d, v := l.load(now), l.load(before)
		VSUBPS(v, d, d)
		l.count(same, l.compare(equal, d, null))
		lo, hi := l.doubles(d)
		moved.addProduct(u, lo, hi, lo, hi)
		lo, hi = l.doubles(v)
		size.addProduct(u, lo, hi, lo, hi)
	})
	l.ret(moved, "moved")
	l.ret(size, "size")
	l.retTally(same, "same")
	l.end()

	l = function(wide, "countBelow", "x []float32, limit float32) (n int)", "x")
	x = slice("x")
	n, limit := l.newTally(), l.value("limit")
	l.run(2, func(int) { l.count(n, l.compare(less, l.load(x), limit)) })
	l.retTally(n, "n")
	l.end()

	l = function(wide, "max", "x []float32) (m float32)", "x")
	x = slice("x")
	top, nan := l.keep(), l.newTally()
	VBROADCASTSS(floatConstant(math.Inf(-1)), top)
	l.run(2, func(int) {
		v := l.load(x)
		l.count(nan, l.compare(unordered, v, v))
		if l.masked {
			least := l.tmp()
			VBROADCASTSS(floatConstant(math.Inf(-1)), least)
			l.choose(l.tail(), v, least, v)
		}
		VMAXPS(v, top, top)
	})
	l.highest(top)
	VMOVSS(X0, resultAddress("m"))
	l.tallyTo(nan)
	r := GP32()
	VMOVD(X0, r)
	TESTL(r, r)
	JZ(LabelRef("number"))
	MOVL(U32(0x7fc00000), resultAddress("m"))
	Label("number")
	l.end()
}

// highest leaves the largest lane of r in X0.
func (l *loop) highest(r VecPhysical) {
	if l.wide {
		VEXTRACTF64X4(Imm(1), r, Y0)
		VMAXPS(Y0, r.AsY(), r.AsY())
		VEXTRACTF32X4(Imm(1), r.AsY(), X0)
	} else {
		VEXTRACTF128(Imm(1), r, X0)
	}
	VMAXPS(r.AsX(), X0, X0)
	VPSHUFD(Imm(0x0e), X0, X1)
	VMAXPS(X1, X0, X0)
	VPSHUFD(Imm(0x01), X0, X1)
	VMAXPS(X1, X0, X0)
}
