//go:build amd64 && !purego && !float64

package kernel

import "golang.org/x/sys/cpu"

// machineLoops returns the assembly paths that this machine can run. The checks
// include the operating system's: a register that it does not save is no use.
func machineLoops() []*loops {
	var all []*loops
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasFMA {
		all = append(all, &avx512Loops)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, &avx2Loops)
	}
	return all
}

var (
	avx512Loops = loops{"avx512", avx512Gemm, avx512Vector, avx512Update, avx512Recurrent}
	avx2Loops   = loops{"avx2", avx2Gemm, avx2Vector, avx2Update, avx2Recurrent}
)
