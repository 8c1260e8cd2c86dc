package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Go's arm64 assembler has few of the vector instructions on floats. encode
// assembles the ones the kernels need, written as in Arm's manual:
//
//	fmla v0.4s, v1.4s, v2.s[3]
//
// The words are those of "Arm Architecture Reference Manual", part C7.2.

// same holds the instructions on three vectors of one arrangement, by their
// encoding for .4s (for .16b where an instruction works on bits). The float
// ones exist for .2d as well, with bit 22 set.
var same = map[string]uint32{
	"fadd": 0x4E20D400, "fsub": 0x4EA0D400, "fmul": 0x6E20DC00, "fdiv": 0x6E20FC00,
	"fmla": 0x4E20CC00, "fmls": 0x4EA0CC00,
	"fmax": 0x4E20F400, "fmin": 0x4EA0F400, "fmaxnm": 0x4E20C400, "fminnm": 0x4EA0C400,
	"fcmeq": 0x4E20E400, "fcmge": 0x6E20E400, "fcmgt": 0x6EA0E400, "facgt": 0x6EA0EC00, "facge": 0x6E20EC00,
	"faddp": 0x6E20D400,
	"add":   0x4EA08400, "sub": 0x6EA08400, "smax": 0x4EA06400, "smin": 0x4EA06C00,
	"and": 0x4E201C00, "bic": 0x4E601C00, "orr": 0x4EA01C00, "eor": 0x6E201C00,
	"bsl": 0x6E601C00, "bit": 0x6EA01C00, "bif": 0x6EE01C00,
}

// two holds the instructions from one vector to another.
var two = map[string]uint32{
	"fsqrt": 0x6EA1F800, "fabs": 0x4EA0F800, "fneg": 0x6EA0F800,
	"frintn": 0x4E218800, "fcvtns": 0x4E21A800, "scvtf": 0x4E21D800,
	"not":   0x6E205800,
	"fcvtl": 0x0E617800, "fcvtl2": 0x4E617800, "fcvtn": 0x0E616800, "fcvtn2": 0x4E616800,
}

// zeros holds the comparisons with zero.
var zeros = map[string]uint32{
	"fcmeq": 0x4EA0D800, "fcmgt": 0x4EA0C800, "fcmge": 0x6EA0C800, "fcmlt": 0x4EA0E800, "fcmle": 0x6EA0D800,
}

// element holds the instructions whose last operand is one lane.
var element = map[string]uint32{"fmla": 0x4F801000, "fmls": 0x4F805000, "fmul": 0x4F809000}

var (
	vector = regexp.MustCompile(`^v(\d+)\.(4s|2s|2d|16b)$`)
	lane   = regexp.MustCompile(`^v(\d+)\.s\[([0-3])\]$`)
)

// encode returns the word of one instruction. It panics on what it does not
// know: the generator's own text is all it reads.
func encode(text string) uint32 {
	name, rest, _ := strings.Cut(text, " ")
	args := strings.Split(rest, ", ")
	reg := func(i int) uint32 {
		m := vector.FindStringSubmatch(args[i])
		if m == nil {
			panic("encode: operand of " + text)
		}
		return number(m[1], 31)
	}
	double := uint32(0)
	if strings.HasSuffix(args[0], ".2d") && strings.HasPrefix(name, "f") && !strings.HasPrefix(name, "fcvt") {
		double = 1 << 22
	}
	last := args[len(args)-1]
	if name == "mov" && len(args) == 2 { // an alias
		return same["orr"] | reg(1)<<16 | reg(1)<<5 | reg(0)
	}
	if m := lane.FindStringSubmatch(last); m != nil && len(args) == 3 {
		if base, ok := element[name]; ok {
			i := number(m[2], 3)
			return base | (i&1)<<21 | (i>>1)<<11 | number(m[1], 31)<<16 | reg(1)<<5 | reg(0)
		}
	}
	if last == "#0.0" {
		if base, ok := zeros[name]; ok {
			return base | double | reg(1)<<5 | reg(0)
		}
	}
	if strings.HasPrefix(last, "#") && len(args) == 3 {
		switch s := number(last[1:], 31); name {
		case "shl":
			return 0x4F005400 | (32+s)<<16 | reg(1)<<5 | reg(0)
		case "sshr":
			return 0x4F000400 | (64-s)<<16 | reg(1)<<5 | reg(0)
		case "ushr":
			return 0x6F000400 | (64-s)<<16 | reg(1)<<5 | reg(0)
		}
	}
	if base, ok := same[name]; ok && len(args) == 3 {
		return base | double | reg(2)<<16 | reg(1)<<5 | reg(0)
	}
	if base, ok := two[name]; ok && len(args) == 2 {
		return base | double | reg(1)<<5 | reg(0)
	}
	panic("encode: " + text)
}

func number(s string, limit uint64) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > limit {
		panic(fmt.Sprintf("encode: %q is not a number up to %d", s, limit))
	}
	return uint32(n)
}
