package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// loop is one assembly function over slices under construction: for AVX-512 with
// 16 lanes and mask registers, or for AVX2 with 8 lanes and masks in vectors.
//
// Registers are taken from below by what happens to a vector, and from above by
// what lives through the function. Vectors of the same loop reuse the same
// registers: the processor renames them.
type loop struct {
	wide    bool
	regs    []VecPhysical
	top     int // first register taken from above
	next    int // next one from below
	ks      int // next mask register
	left    Register
	i       Register
	at      int  // displacement of the vector in hand, in elements
	masked  bool // whether it is the last one, cut short
	consts  map[uint32]Op
	pending []func() // loads of constants, which the function jumps to first
}

// tailMask of AVX2. AVX-512 has its in K1, with its upper half in K2.
var tailMask = Y15

func init() {
	files["vector_avx512"] = func() { writeVector(true) }
	files["vector_avx2"] = func() { writeVector(false) }
}

func writeVector(wide bool) {
	constants = map[string]Mem{}
	for _, f := range []func(bool){arithmetic, functions, derivatives, sums, losses, norms, updates} {
		f(wide)
	}
}

// function starts a function over the slices and values of its parameters; n is
// the slice with the length.
func function(wide bool, name, signature, n string) *loop {
	l := &loop{wide: wide, consts: map[uint32]Op{}}
	if wide {
		name += "AVX512"
		l.regs = []VecPhysical{Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15,
			Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31}
	} else {
		name += "AVX2"
		l.regs = []VecPhysical{Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14}
	}
	l.top = len(l.regs)
	TEXT(name, NOSPLIT, "func("+signature)
	Pragma("noescape")
	l.left = Load(Param(n).Len(), GP64())
	return l
}

// slice returns the base of a parameter.
func slice(name string) Register { return Load(Param(name).Base(), GP64()) }

// value broadcasts a float32 parameter.
func (l *loop) value(name string) VecPhysical {
	r := l.keep()
	VBROADCASTSS(address(name), r)
	return r
}

// value64 broadcasts a float64 parameter.
func (l *loop) value64(name string) VecPhysical {
	r := l.keep()
	VBROADCASTSD(address(name), r)
	return r
}

func address(parameter string) Mem {
	b, err := Param(parameter).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// keep takes a register for the whole function, tmp one for the vector in hand.
func (l *loop) keep() VecPhysical {
	l.top--
	if l.top < l.next {
		panic("no register left")
	}
	return l.regs[l.top]
}

func (l *loop) tmp() VecPhysical {
	if l.next >= l.top {
		panic("no register left")
	}
	l.next++
	return l.regs[l.next-1]
}

// run writes the loop: step for unroll vectors at once, then for one at a time,
// then for what is left. Each step gets the number of the vector.
func (l *loop) run(unroll int, step func(u int)) {
	l.i = GP64()
	JMP(LabelRef("constants"))
	Label("start")
	XORQ(l.i, l.i)
	one := func(u, at int) {
		l.next, l.ks, l.at = 0, 0, at
		step(u)
	}
	several := func(label, next string, unroll int) {
		n := l.lanes() * unroll
		Label(label)
		CMPQ(l.left, U32(n))
		JLT(LabelRef(next))
		for u := range unroll {
			one(u, u*l.lanes())
		}
		ADDQ(U32(n), l.i)
		SUBQ(U32(n), l.left)
		JMP(LabelRef(label))
	}
	if unroll > 1 {
		several("several", "single", unroll)
	}
	several("single", "tail", 1)
	Label("tail")
	TESTQ(l.left, l.left)
	JZ(LabelRef("done"))
	l.setMask()
	l.masked = true
	one(0, 0)
	l.masked = false
	Label("done")
}

// end returns, and writes the loads of the constants after it.
func (l *loop) end() {
	VZEROUPPER()
	RET()
	Label("constants")
	for _, f := range l.pending {
		f()
	}
	JMP(LabelRef("start"))
}

func (l *loop) lanes() int {
	if l.wide {
		return 16
	}
	return 8
}

func (l *loop) mem(base Register) Mem { return Mem{Base: base, Index: l.i, Scale: 4, Disp: 4 * l.at} }

// load reads the vector of a slice; past the end there are zeros.
func (l *loop) load(base Register) VecPhysical {
	r := l.tmp()
	switch {
	case !l.masked:
		VMOVUPS(l.mem(base), r)
	case l.wide:
		VMOVUPS_Z(l.mem(base), K1, r)
	default:
		VMASKMOVPS(l.mem(base), tailMask, r)
	}
	return r
}

func (l *loop) store(r VecPhysical, base Register) {
	switch {
	case !l.masked:
		VMOVUPS(r, l.mem(base))
	case l.wide:
		VMOVUPS(r, K1, l.mem(base))
	default:
		VMASKMOVPS(r, tailMask, l.mem(base))
	}
}

// cut makes zeros of what is past the end.
func (l *loop) cut(r VecPhysical) {
	if l.masked {
		l.only(l.tail(), r)
	}
}
