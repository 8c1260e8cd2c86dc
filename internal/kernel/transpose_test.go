package kernel

import "testing"

func TestTranspose(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, c := range [][3]int{{0, 3, 0}, {3, 0, 3}, {1, 1, 1}, {5, 7, 9}, {16, 16, 16}, {33, 17, 40}, {128, 50, 128}, {40, 129, 41}, {17, 1500, 17}} {
			rows, cols, stride := c[0], c[1], c[2]
			src := randoms(rows*cols, 1)
			dst := make([]Float, cols*stride+1)
			for i := range dst {
				dst[i] = sentinel
			}
			Transpose(dst, stride, src, rows, cols)
			for i, v := range dst {
				want := Float(sentinel)
				if stride > 0 && i < cols*stride && i%stride < rows {
					want = src[i%stride*cols+i/stride]
				}
				if v != want {
					t.Fatalf("%d by %d, stride %d: element %d is %v, want %v", rows, cols, stride, i, v, want)
				}
			}
		}
	})
}

func BenchmarkTranspose(b *testing.B) {
	src, dst := randoms(128*512, 1), make([]Float, 128*512)
	for b.Loop() {
		Transpose(dst, 128, src, 128, 512)
	}
}
