//go:build !float64

package kernel

import "math"

// Float is the element type of every tensor: float32, or float64 under the
// build tag float64.
type Float = float32

// FloatBits is the size of Float in bits.
const FloatBits = 32

// isZero is 1 for ±0 and 0 for everything else, without a branch.
func isZero(v Float) uint64 { return (uint64(math.Float32bits(v)<<1) - 1) >> 63 }
