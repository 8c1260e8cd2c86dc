package kernel

import (
	"fmt"
	"testing"
)

// BenchmarkVector measures every loop on every path, at a size that the first
// cache holds and one that only memory does:
//
//	go test -run - -bench Vector/avx512/tanh ./internal/kernel
func BenchmarkVector(b *testing.B) {
	before := active
	defer func() { active = before }()
	for _, l := range available() {
		for _, c := range loopCases {
			for _, n := range []int{64, 4096, 1 << 20} {
				if n > 4096 && c.name != "adam" && c.name != "add" {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/n%d", l.name, c.name, n), func(b *testing.B) {
					active = l
					a := c.arguments(n, 15, false)
					b.SetBytes(int64(n*c.slices) * FloatBits / 8)
					for b.Loop() {
						c.run(a.cut)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
				})
			}
		}
		for _, c := range sumCases {
			b.Run(fmt.Sprintf("%s/%s/n4096", l.name, c.name), func(b *testing.B) {
				active = l
				a := newArguments(2, 4096, 15, false)
				for b.Loop() {
					c.run(a.cut[0], a.cut[1])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/element")
			})
		}
	}
}
