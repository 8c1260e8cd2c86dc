package kernel

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// The number of threads is part of the name and set here: under -cpu 1,2 a
// benchmark with b.Loop measures its first line with the wrong GOMAXPROCS (the
// loop has already run when package testing sets it).
func BenchmarkGemm(b *testing.B) {
	shapes := [][3]int{{64, 256, 784}, {64, 128, 256}, {64, 10, 128}, {64, 64, 64}, {100, 100, 100}, {784, 256, 64}, {64, 784, 256},
		{1024, 256, 784}, {256, 2048, 2048}, {1024, 1024, 1024}, {1, 256, 784}, {1, 784, 256}, {1, 64, 64}, {784, 256, 1}}
	defer func(before *loops) { active = before }(active)
	for _, path := range available() {
		for _, threads := range []int{1, 2} {
			for _, s := range shapes {
				for _, op := range []Op{NN, NT, TN} {
					b.Run(fmt.Sprintf("%s/threads%d/%s/%dx%dx%d", path.name, threads, opNames[op], s[0], s[1], s[2]), func(b *testing.B) {
						defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
						active = path
						p := newProduct(op, s[0], s[1], s[2], 0)
						b.ReportAllocs()
						for b.Loop() {
							p.run(false)
						}
						flops := 2 * float64(s[0]) * float64(s[1]) * float64(s[2]) * float64(b.N)
						b.ReportMetric(flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
					})
				}
			}
		}
	}
}

// BenchmarkPeak is what one thread could reach at most: compare BenchmarkGemm
// with what it says at the same time.
func BenchmarkPeak(b *testing.B) {
	defer func(before *loops) { active = before }(active)
	for _, path := range available() {
		active = path
		if PeakFlops(time.Millisecond) == 0 {
			continue
		}
		b.Run(path.name, func(b *testing.B) {
			active = path
			best := 0.0
			for b.Loop() {
				best = max(best, PeakFlops(time.Millisecond))
			}
			b.ReportMetric(best/1e9, "GFLOP/s")
		})
	}
}
