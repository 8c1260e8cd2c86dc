package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// loop is one function over slices in the making: four elements at a time, and
// what is left over one by one through the same instructions, so that the result
// of an element does not depend on its place.
//
// Vector registers are allocated from V0 up for what lives in one round, which
// frees them all, and from V31 down for what lives through the loop.
type loop struct {
	a      *asm
	name   string
	places map[string]int // of parameters and results, from FP
	double map[string]bool
	length string // the slice whose length is the loop's

	pointers []string // the slices, in R0, R1, ...
	busy     [32]bool
	lowest   int // of the registers kept
	consts   map[uint32]vec
	table    bool // is used
	single   bool // a round of one element
	offset   int  // of a round in the loop's step
	start    bytes.Buffer
	finish   []func()
}

// vec is a vector register.
type vec int

func (v vec) String() string { return fmt.Sprintf("v%d", int(v)) }

const (
	counter   = "R9"
	scratch   = "R10"
	constants = "R11"
	control   = "R12"
)

// function starts a function with the given parameters and results, as in Go.
func (a *asm) function(name, signature, length string) *loop {
	l := &loop{a: a, name: name + "NEON", places: map[string]int{}, double: map[string]bool{}, length: length, lowest: 32, consts: map[uint32]vec{}}
	params, results, _ := strings.Cut(signature, ") (")
	at := 0
	for i, list := range []string{strings.TrimSuffix(params, ")"), strings.TrimSuffix(results, ")")} {
		if i == 1 && list != "" {
			at = (at + 7) &^ 7
		}
		var names []string
		for _, item := range strings.Split(list, ", ") {
			name, kind, typed := strings.Cut(item, " ")
			if names = append(names, name); !typed {
				continue
			}
			size := map[string]int{"[]float32": 24, "[]float64": 24, "float64": 8, "int": 8, "float32": 4}[kind]
			for _, name := range names {
				if size > 4 {
					at = (at + 7) &^ 7
				}
				l.places[name] = at
				l.double[name] = kind == "[]float64"
				at += size
			}
			names = nil
		}
	}
	fmt.Fprintf(&a.stubs, "\n//go:noescape\nfunc %s(%s\n", l.name, signature)
	a.raw(fmt.Sprintf("\n// func %s(%s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", l.name, signature, l.name, at))
	a.op("MOVD %s_len+%d(FP), %s", length, l.places[length]+8, counter)
	return l
}

// slices says which parameters are read or written, and loads their addresses.
func (l *loop) slices(names ...string) {
	for _, name := range names {
		l.a.op("MOVD %s_base+%d(FP), R%d", name, l.places[name], len(l.pointers))
		l.pointers = append(l.pointers, name)
	}
}

func (l *loop) pointer(name string) (register string, bytes int) {
	for i, p := range l.pointers {
		if p == name {
			if l.double[name] {
				return fmt.Sprintf("R%d", i), 8
			}
			return fmt.Sprintf("R%d", i), 4
		}
	}
	panic(l.name + " has no slice " + name)
}

// tmp returns a register that is free until the end of the round.
func (l *loop) tmp() vec {
	for i := range l.lowest {
		if !l.busy[i] {
			l.busy[i] = true
			return vec(i)
		}
	}
	panic(l.name + ": out of registers")
}

func (l *loop) free(v vec) { l.busy[v] = false }

// keep returns a register that lives through the loop.
func (l *loop) keep() vec {
	l.lowest--
	if l.busy[l.lowest] {
		panic(l.name + ": out of registers")
	}
	return vec(l.lowest)
}

// before writes an instruction ahead of the loop.
func (l *loop) before(format string, args ...any) { fmt.Fprintf(&l.start, "\t"+format+"\n", args...) }

// v writes an instruction of the loop.
func (l *loop) v(format string, args ...any) { l.a.v(format, args...) }

// c returns a constant that is kept in a register.
func (l *loop) c(value float64) vec { return l.bits(math.Float32bits(float32(value))) }

func (l *loop) bits(word uint32) vec {
	v, ok := l.consts[word]
	if !ok {
		v = l.keep()
		l.consts[word] = v
		l.table = true
		l.before("FMOVQ %d(%s), F%d", l.a.constant(word), constants, v)
	}
	return v
}

// fresh returns a copy of a constant, which may be changed.
func (l *loop) fresh(value float64) vec {
	v := l.tmp()
	l.table = true
	l.a.op("FMOVQ %d(%s), F%d", l.a.constant(math.Float32bits(float32(value))), constants, v)
	return v
}

// value returns a float32 parameter in all lanes, value64 a float64.
func (l *loop) value(name string) vec {
	v := l.keep()
	l.before("FMOVS %s+%d(FP), F%d", name, l.places[name], v)
	l.before("VDUP V%[1]d.S[0], V%[1]d.S4", v)
	return v
}

func (l *loop) value64(name string) vec {
	v := l.keep()
	l.before("FMOVD %s+%d(FP), F%d", name, l.places[name], v)
	l.before("VDUP V%[1]d.D[0], V%[1]d.D2", v)
	return v
}

// zeroed returns a register kept, which is 0 at the start.
func (l *loop) zeroed() vec {
	v := l.keep()
	l.before("VEOR V%[1]d.B16, V%[1]d.B16, V%[1]d.B16", v)
	return v
}

func (l *loop) copyOf(v vec) vec {
	r := l.tmp()
	l.v("mov %s.16b, %s.16b", r, v)
	return r
}

// load reads the elements of this round; a lane that has none is 0.
func (l *loop) load(name string) vec {
	v := l.tmp()
	p, _ := l.pointer(name)
	if l.single {
		l.a.op("FMOVS (%s), F%d", p, v)
	} else {
		l.a.op("FMOVQ %d(%s), F%d", 4*l.offset, p, v)
	}
	return v
}

func (l *loop) store(v vec, name string) {
	p, _ := l.pointer(name)
	if l.single {
		l.a.op("FMOVS F%d, (%s)", v, p)
	} else {
		l.a.op("FMOVQ F%d, %d(%s)", v, 4*l.offset, p)
	}
}

// cut clears the lanes that have no element.
func (l *loop) cut(v vec) {
	if l.single {
		l.a.op("FMOVS F%[1]d, F%[1]d", v)
	}
}

// run writes the loop: rounds of 4·unroll elements, of four, of one.
func (l *loop) run(unroll int, round func(u int)) {
	var rounds bytes.Buffer
	rounds, l.a.text = l.a.text, rounds
	once := func(u int) {
		l.offset = 4 * u
		round(u)
		l.busy = [32]bool{}
	}
	step := func(n int) {
		for i, name := range l.pointers {
			_, size := l.pointer(name)
			l.a.op("ADD $%d, R%d", n*size, i)
		}
	}
	if unroll > 1 {
		l.a.op("SUBS $%d, %s", 4*unroll, counter)
		l.a.op("BLT four")
		l.a.label("\nmany")
		for u := range unroll {
			once(u)
		}
		step(4 * unroll)
		l.a.op("SUBS $%d, %s", 4*unroll, counter)
		l.a.op("BGE many")
		l.a.label("\nfour")
		l.a.op("ADD $%d, %s", 4*unroll, counter)
	}
	l.a.op("SUBS $4, %s", counter)
	l.a.op("BLT rest")
	l.a.label("\nquad")
	once(0)
	step(4)
	l.a.op("SUBS $4, %s", counter)
	l.a.op("BGE quad")
	l.a.label("\nrest")
	l.a.op("ADDS $4, %s", counter)
	l.a.op("BEQ done")
	l.a.label("\none")
	l.single = true
	once(0)
	l.single = false
	step(1)
	l.a.op("SUBS $1, %s", counter)
	l.a.op("BNE one")
	l.a.label("\ndone")

	rounds, l.a.text = l.a.text, rounds
	if l.table {
		l.a.op("MOVD $constants<>(SB), %s", constants)
	}
	l.a.raw(l.start.String() + rounds.String())
}

func (l *loop) end() {
	for _, f := range l.finish {
		f()
	}
	l.a.op("RET")
}
