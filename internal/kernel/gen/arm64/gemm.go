package main

import (
	"fmt"
	"strings"
)

// tiles are the sizes of c's tiles: rows, and the most vectors of four columns.
// 8×12 fills the 32 registers: 24 sums, two of a, three of b.
var tiles = []struct{ rows, vectors int }{{8, 3}, {4, 3}, {1, 6}}

// sum is the register of the first sum; below it are those of a, b and c.
const sum = 8

func gemm(a *asm) {
	a.raw(`
// func gemmTile(rows, vectors, k int, a *Float, astep int, b *Float, bstep int, c *Float, cstep int, bias *Float, flags int)
//
// One tile of c: every sum is one chain of fused multiply-adds over k. Element
// (i, p) of the left operand is the i-th float at a + p·astep; steps are in bytes.
TEXT ·gemmTile(SB), NOSPLIT, $0-88
	MOVD rows+0(FP), R10
	MOVD vectors+8(FP), R11
	MOVD k+16(FP), R0
	MOVD a+24(FP), R1
	MOVD astep+32(FP), R2
	MOVD b+40(FP), R3
	MOVD bstep+48(FP), R4
	MOVD c+56(FP), R5
	MOVD cstep+64(FP), R6
	MOVD bias+72(FP), R7
	MOVD flags+80(FP), R8
`)
	for _, t := range tiles {
		a.op("CMP $%d, R10", t.rows)
		a.op("BEQ rows%d", t.rows)
	}
	a.op("RET")
	for _, t := range tiles {
		a.label("\nrows%d", t.rows)
		for v := 1; v < t.vectors; v++ {
			a.op("CMP $%d, R11", v)
			a.op("BEQ tile%dx%d", t.rows, v)
		}
		for v := t.vectors; v >= 1; v-- {
			tile(a, t.rows, v)
		}
	}
	a.raw(`
// func packColumns(dst *Float, dstep int, src *Float, sstep int, quads int)
//
// Transposes four rows of src, sstep bytes apart, in squares of four: their
// elements p become the four floats at dst + p·dstep.
TEXT ·packColumns(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD dstep+8(FP), R1
	MOVD src+16(FP), R2
	MOVD sstep+24(FP), R6
	MOVD quads+32(FP), R7
	ADD  R6, R2, R3
	ADD  R6, R3, R4
	ADD  R6, R4, R5
	CBZ  R7, done

square:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R3), [V1.S4]
	VLD1.P 16(R4), [V2.S4]
	VLD1.P 16(R5), [V3.S4]
	VTRN1  V1.S4, V0.S4, V4.S4
	VTRN2  V1.S4, V0.S4, V5.S4
	VTRN1  V3.S4, V2.S4, V6.S4
	VTRN2  V3.S4, V2.S4, V7.S4
	VTRN1  V6.D2, V4.D2, V0.D2
	VTRN1  V7.D2, V5.D2, V1.D2
	VTRN2  V6.D2, V4.D2, V2.D2
	VTRN2  V7.D2, V5.D2, V3.D2
	VST1.P [V0.S4], (R0)(R1)
	VST1.P [V1.S4], (R0)(R1)
	VST1.P [V2.S4], (R0)(R1)
	VST1.P [V3.S4], (R0)(R1)
	SUB    $1, R7
	CBNZ   R7, square

done:
	RET
`)
	peak(a)
}

// peak writes the loop that measures the machine: n rounds of multiply-adds of
// vectors, on registers alone.
func peak(a *asm) {
	a.raw(`
// func multiplyAdds(rounds int)
TEXT ·multiplyAdds(SB), NOSPLIT, $0-8
	MOVD rounds+0(FP), R0
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
`)
	for i := range 24 {
		a.op("VEOR V%[1]d.B16, V%[1]d.B16, V%[1]d.B16", sum+i)
	}
	a.label("\nround")
	for i := range 48 {
		a.v("fmla v%d.4s, v0.4s, v1.4s", sum+i%24)
	}
	a.op("SUBS $1, R0")
	a.op("BGT round")
	a.op("RET")
}

// tile writes the kernel of rows × 4·vectors elements.
func tile(a *asm, rows, vectors int) {
	name := fmt.Sprintf("%dx%d", rows, vectors)
	at := func(r, v int) int { return sum + r*vectors + v }
	a.label("\ntile%s", name)
	for i := range rows * vectors {
		a.op("VEOR V%[1]d.B16, V%[1]d.B16, V%[1]d.B16", sum+i)
	}
	a.op("CBZ R0, end%s", name)
	a.label("\nloop%s", name)
	left, right := 0, 2 // registers of a and b
	if rows == 1 {
		right = 1
		a.op("VLD1R.P (R1)(R2), [V0.S4]")
	} else {
		a.op("VLD1.P (R1)(R2), %s", list(0, rows/4))
	}
	if vectors <= 4 {
		a.op("VLD1.P (R3)(R4), %s", list(right, vectors))
	} else {
		a.op("MOVD R3, R9")
		a.op("VLD1.P 64(R9), %s", list(right, 4))
		a.op("VLD1 (R9), %s", list(right+4, vectors-4))
		a.op("ADD R4, R3")
	}
	a.op("SUB $1, R0")
	for r := range rows {
		for v := range vectors {
			if rows == 1 {
				a.v("fmla v%d.4s, v%d.4s, v%d.4s", at(r, v), right+v, left)
			} else {
				a.v("fmla v%d.4s, v%d.4s, v%d.s[%d]", at(r, v), right+v, left+r/4, r%4)
			}
		}
	}
	a.op("CBNZ R0, loop%s", name)

	a.label("\nend%s", name)
	a.op("TBZ $0, R8, bias%s", name)
	a.op("MOVD R5, R9")
	for r := range rows {
		part(a, "VLD1", "R9", 0, vectors)
		a.op("ADD R6, R9")
		for v := range vectors {
			a.v("fadd v%[1]d.4s, v%[1]d.4s, v%[2]d.4s", at(r, v), v)
		}
	}
	a.label("\nbias%s", name)
	a.op("CBZ R7, relu%s", name)
	part(a, "VLD1", "R7", 0, vectors)
	for r := range rows {
		for v := range vectors {
			a.v("fadd v%[1]d.4s, v%[1]d.4s, v%[2]d.4s", at(r, v), v)
		}
	}
	a.label("\nrelu%s", name)
	a.op("TBZ $1, R8, store%s", name)
	a.op("VEOR V0.B16, V0.B16, V0.B16")
	for i := range rows * vectors {
		a.v("fmax v%[1]d.4s, v%[1]d.4s, v0.4s", sum+i) // NaN stays NaN
	}
	a.label("\nstore%s", name)
	for r := range rows {
		part(a, "VST1", "R5", at(r, 0), vectors)
		a.op("ADD R6, R5")
	}
	a.op("RET")
}

// part loads or stores n consecutive registers at a pointer, which it leaves as
// it was: an instruction takes four.
func part(a *asm, name, pointer string, first, n int) {
	move := func(suffix, place string, first, n int) {
		if name == "VST1" {
			a.op("VST1%s %s, %s", suffix, list(first, n), place)
		} else {
			a.op("VLD1%s %s, %s", suffix, place, list(first, n))
		}
	}
	if n <= 4 {
		move("", "("+pointer+")", first, n)
		return
	}
	move(".P", "64("+pointer+")", first, 4)
	move("", "("+pointer+")", first+4, n-4)
	a.op("SUB $64, %s", pointer)
}

// list names n consecutive registers.
func list(first, n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("V%d.S4", first+i))
	}
	return "[" + strings.Join(names, ", ") + "]"
}
