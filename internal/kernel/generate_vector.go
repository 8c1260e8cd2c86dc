package kernel

//go:generate go run -C gen . -file vector_avx512 -out ../vector_avx512_amd64.s -stubs ../vector_avx512_amd64.go -pkg kernel
//go:generate go run -C gen . -file vector_avx2 -out ../vector_avx2_amd64.s -stubs ../vector_avx2_amd64.go -pkg kernel
