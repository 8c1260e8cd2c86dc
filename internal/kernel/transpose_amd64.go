//go:build amd64 && !purego && !float64

package kernel

// squares returns the loop that turns so many rows at a time, as the products of
// the path in use pack them.
func squares() (side int, turn func(dst *float32, dstStride int, src *float32, srcStride, rows, k int)) {
	switch active {
	case &avx512Loops:
		return 16, avx512Transpose
	case &avx2Loops:
		return 8, avx2Transpose
	}
	return 0, nil
}
