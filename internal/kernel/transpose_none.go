//go:build !amd64 || purego || float64

package kernel

func squares() (side int, turn func(dst *Float, dstStride int, src *Float, srcStride, rows, k int)) {
	return 0, nil
}
