package kernel

//go:generate go run -C gen . -file recurrent_avx512 -out ../recurrent_avx512_amd64.s -stubs ../recurrent_avx512_amd64.go -pkg kernel
//go:generate go run -C gen . -file recurrent_avx2 -out ../recurrent_avx2_amd64.s -stubs ../recurrent_avx2_amd64.go -pkg kernel
