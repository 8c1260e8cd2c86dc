package kernel

// Transpose writes the transpose of src, [rows, cols], to dst, [cols, rows]. It
// goes by squares, so that both sides use the cache lines they touch.
func Transpose(dst, src []Float, rows, cols int) {
	const side = 16
	if rows*cols > min(len(dst), len(src)) {
		panic("kernel.Transpose: a matrix is shorter than its sizes say")
	}
	for r0 := 0; r0 < rows; r0 += side {
		r1 := min(r0+side, rows)
		for c0 := 0; c0 < cols; c0 += side {
			for c := c0; c < min(c0+side, cols); c++ {
				out := dst[c*rows+r0 : c*rows+r1]
				for i := range out {
					out[i] = src[(r0+i)*cols+c]
				}
			}
		}
	}
}
