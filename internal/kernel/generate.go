package kernel

//go:generate go run -C gen . -file gemm_avx512 -out ../gemm_avx512_amd64.s -stubs ../gemm_avx512_amd64.go -pkg kernel
//go:generate go run -C gen . -file gemm_avx2 -out ../gemm_avx2_amd64.s -stubs ../gemm_avx2_amd64.go -pkg kernel
