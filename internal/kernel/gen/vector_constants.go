package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

var constants map[string]Mem

// c returns a constant: a register of AVX-512 while there are some, or memory.
func (l *loop) c(v float64) Op { return l.bits(math.Float32bits(float32(v))) }

func (l *loop) bits(b uint32) Op {
	if op, ok := l.consts[b]; ok {
		return op
	}
	n, name := 8, fmt.Sprintf("c%08x", b)
	free := l.wide && l.top > 14
	if free {
		n, name = 1, "s"+name
	} else if l.wide {
		n = 16
	}
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range n {
			DATA(4*i, U32(b))
		}
		constants[name] = m
	}
	l.consts[b] = m
	if free {
		r := l.keep()
		l.pending = append(l.pending, func() { VBROADCASTSS(m, r) })
		l.consts[b] = r
	}
	return l.consts[b]
}

// floatConstant returns four bytes to broadcast.
func floatConstant(v float64) Mem {
	b := math.Float32bits(float32(v))
	name := fmt.Sprintf("sc%08x", b)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		DATA(0, U32(b))
		constants[name] = m
	}
	return m
}

// reg returns a constant in a register that must not be written.
func (l *loop) reg(v float64) VecPhysical {
	op := l.c(v)
	if r, ok := op.(VecPhysical); ok {
		return r
	}
	return l.copyOf(op)
}

// copyOf returns a register with the value of op, to be written. The linker
// aligns nothing to more than 32 bytes.
func (l *loop) copyOf(op Op) VecPhysical {
	r := l.tmp()
	if IsM(op) && l.wide {
		VMOVUPS(op, r)
	} else {
		VMOVAPS(op, r)
	}
	return r
}

// limit makes x at most or at least v; NaN stays NaN, which the second operand
// of the instruction decides.
func (l *loop) atMost(v float64, x VecPhysical)  { VMINPS(x, l.reg(v), x) }
func (l *loop) atLeast(v float64, x VecPhysical) { VMAXPS(x, l.reg(v), x) }

// polynomial returns the value at x of the one with the coefficients from the
// lowest.
func (l *loop) polynomial(x VecPhysical, coefficients ...float64) VecPhysical {
	n := len(coefficients) - 1
	p := l.copyOf(l.c(coefficients[n]))
	for i := n - 1; i >= 0; i-- {
		VFMADD213PS(l.c(coefficients[i]), x, p)
	}
	return p
}
