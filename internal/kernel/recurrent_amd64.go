//go:build amd64 && !purego && !float64

package kernel

var (
	avx512Recurrent = recurrentLoops{lstmForwardAVX512, lstmBackwardAVX512, gruForwardAVX512, gruBackwardAVX512}
	avx2Recurrent   = recurrentLoops{lstmForwardAVX2, lstmBackwardAVX2, gruForwardAVX2, gruBackwardAVX2}
)
