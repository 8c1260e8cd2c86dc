//go:build amd64 && !purego && !float64

package kernel

// withNonFinite counts what is not finite, in a second look that hardly ever
// happens: a sum of squares of finite float32 values is finite in float64.
func (c Census) withNonFinite(x []Float) Census {
	if c.SumSquares-c.SumSquares == 0 {
		return c
	}
	for _, v := range x {
		if v-v != 0 {
			c.NonFinite++
		}
	}
	return c
}
