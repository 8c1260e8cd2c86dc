package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func arithmetic(wide bool) {
	l := function(wide, "add", "dst, x []float32)", "dst")
	dst, x := slice("dst"), slice("x")
	l.run(4, func(int) {
		a, b := l.load(dst), l.load(x)
		VADDPS(b, a, a)
		l.store(a, dst)
	})
	l.end()

	l = function(wide, "addRows", "dst, x []float32, stride int, rows int)", "dst")
	dst, x = slice("dst"), slice("x")
	stride, rows := Load(Param("stride"), GP64()), Load(Param("rows"), GP64())
	SHLQ(Imm(2), stride)
	copies := 0
	l.run(1, func(int) {
		copies++
		label := fmt.Sprintf("rows%d", copies)
		sum := l.load(dst)
		row, left := GP64(), GP64()
		MOVQ(x, row)
		MOVQ(rows, left)
		Label(label)
		v := l.load(row)
		VADDPS(v, sum, sum)
		ADDQ(stride, row)
		DECQ(left)
		JNZ(LabelRef(label))
		l.store(sum, dst)
	})
	l.end()

	l = function(wide, "outer", "dst, a, x []float32)", "x")
	dst, x = slice("dst"), slice("x")
	factors := slice("a")
	width, height := Load(Param("x").Len(), GP64()), Load(Param("a").Len(), GP64())
	SHLQ(Imm(2), width)
	zero := l.keep()
	VXORPS(zero, zero, zero)
	l.run(1, func(int) {
		copies++
		label := fmt.Sprintf("rows%d", copies)
		v := l.load(x)
		row, at, left := GP64(), GP64(), GP64()
		MOVQ(dst, row)
		MOVQ(factors, at)
		MOVQ(height, left)
		Label(label)
		a, product := l.tmp(), l.tmp()
		VBROADCASTSS(Mem{Base: at}, a)
		VMOVAPS(zero, product)
		VFMADD231PS(a, v, product)
		l.store(product, row)
		ADDQ(width, row)
		ADDQ(Imm(4), at)
		DECQ(left)
		JNZ(LabelRef(label))
	})
	l.end()

	l = function(wide, "mul", "dst, a, b []float32)", "dst")
	dst, a, b := slice("dst"), slice("a"), slice("b")
	l.run(4, func(int) {
		x, y := l.load(a), l.load(b)
		VMULPS(y, x, x)
		l.store(x, dst)
	})
	l.end()

	l = function(wide, "mulAdd", "dst, a, b []float32)", "dst")
	dst, a, b = slice("dst"), slice("a"), slice("b")
	l.run(4, func(int) {
		x, y, d := l.load(a), l.load(b), l.load(dst)
		VFMADD231PS(x, y, d)
		l.store(d, dst)
	})
	l.end()

	l = function(wide, "scale", "dst []float32, a float32)", "dst")
	dst = slice("dst")
	factor := l.value("a")
	l.run(4, func(int) {
		x := l.load(dst)
		VMULPS(factor, x, x)
		l.store(x, dst)
	})
	l.end()

	l = function(wide, "clamp", "dst []float32, limit float32)", "dst")
	dst = slice("dst")
	limit, least := l.value("limit"), l.keep()
	VXORPS(least, least, least)
	VSUBPS(limit, least, least)
	l.run(4, func(int) {
		x := l.load(dst)
		VMINPS(x, limit, x) // NaN in the second operand stays
		VMAXPS(x, least, x)
		l.store(x, dst)
	})
	l.end()

	l = function(wide, "addTo", "sum []float64, x []float32)", "sum")
	sum, x := slice("sum"), slice("x")
	l.run(2, func(int) {
		lo, hi := l.doubles(l.load(x))
		a, b := l.loadDoubles(sum)
		VADDPD(a, lo, lo)
		VADDPD(b, hi, hi)
		l.storeDoubles(lo, hi, sum)
	})
	l.end()

	l = function(wide, "addSquaresAround", "sum []float64, x []float32, mean []float64)", "sum")
	sum, x = slice("sum"), slice("x")
	mean := slice("mean")
	l.run(2, func(int) {
		lo, hi := l.doubles(l.load(x))
		a, b := l.loadDoubles(mean)
		VSUBPD(a, lo, lo)
		VSUBPD(b, hi, hi)
		c, d := l.loadDoubles(sum)
		VFMADD231PD(lo, lo, c)
		VFMADD231PD(hi, hi, d)
		l.storeDoubles(c, d, sum)
	})
	l.end()
}
