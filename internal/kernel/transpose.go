package kernel

// Transpose writes the transpose of src, [rows, cols], to dst, whose rows lie
// stride elements apart, at least rows. It goes by squares, so that both sides
// use the cache lines they touch.
func Transpose(dst []Float, stride int, src []Float, rows, cols int) {
	if rows <= 0 || cols <= 0 {
		return
	}
	if stride < rows || (cols-1)*stride+rows > len(dst) || rows*cols > len(src) {
		panic("kernel.Transpose: a matrix is shorter than its sizes say")
	}
	done := 0
	if side, turn := squares(); side > 0 {
		for ; done+side <= rows; done += side {
			for c := 0; c < cols; c += block / 16 {
				turn(&dst[c*stride+done], stride, &src[done*cols+c], cols, side, min(block/16, cols-c))
			}
		}
	}
	const side = 16
	for r0 := done; r0 < rows; r0 += side {
		r1 := min(r0+side, rows)
		for c0 := 0; c0 < cols; c0 += side {
			for c := c0; c < min(c0+side, cols); c++ {
				out := dst[c*stride+r0 : c*stride+r1]
				for i := range out {
					out[i] = src[(r0+i)*cols+c]
				}
			}
		}
	}
}
