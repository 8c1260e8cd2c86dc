//go:build float64

package kernel

import "math"

// Float is the element type of every tensor: float64 under this build tag,
// in which gradients are checked against finite differences.
type Float = float64

// FloatBits is the size of Float in bits.
const FloatBits = 64

// isZero is 1 for ±0 and 0 for everything else, without a branch.
func isZero(v Float) uint64 {
	u := math.Float64bits(v) << 1
	return (u|-u)>>63 ^ 1
}
