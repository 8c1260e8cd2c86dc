package main

import (
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// simd is one instruction set: what its registers hold, and how a vector that
// is cut short by a mask is read and written.
type simd struct {
	name  string
	lanes int // float32 values in a register
	regs  []VecPhysical
	masks bool // mask registers; without, masks are vectors
	table Mem  // that these are read from
}

var (
	avx512 = &simd{"avx512", 16, []VecPhysical{
		Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15,
		Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31}, true, Mem{}}
	avx2 = &simd{"avx2", 8, []VecPhysical{
		Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15}, false, Mem{}}
)

func init() {
	files["gemm_avx512"] = func() {
		for h := 1; h <= 14; h++ {
			for _, byRows := range []bool{true, false} {
				avx512.tile(h, 2, byRows, false)
				avx512.tile(h, 1, byRows, false)
			}
		}
		for h, widths := range [][]int{1: {16, 8, 4}, 2: {8, 4}, 3: {8, 4}} {
			for _, nv := range widths {
				avx512.tile(h, nv, true, true)
			}
		}
		avx512.copyPanel(1)
		avx512.copyPanel(2)
		avx512.transpose()
		for h := 1; h <= 4; h++ {
			avx512.turn(h)
		}
		avx512.peak()
	}
	files["gemm_avx2"] = func() {
		avx2.table = windowTable()
		for h := 1; h <= 6; h++ {
			for _, byRows := range []bool{true, false} {
				avx2.tile(h, 2, byRows, false)
			}
		}
		for h := 1; h <= 12; h++ {
			for _, byRows := range []bool{true, false} {
				avx2.tile(h, 1, byRows, false)
			}
		}
		for h, widths := range [][]int{1: {8, 4}, 2: {4}, 3: {4}} {
			for _, nv := range widths {
				avx2.tile(h, nv, true, true)
			}
		}
		avx2.copyPanel(1)
		avx2.copyPanel(2)
		avx2.transpose()
		for h := 1; h <= 2; h++ {
			avx2.turn(h)
		}
		avx2.peak()
	}
}
