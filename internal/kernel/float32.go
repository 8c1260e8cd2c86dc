//go:build !float64

package kernel

import "math"

// Float is the element type of every tensor: float32, or float64 under the
// build tag float64.
type Float = float32

// FloatBits is the size of Float in bits.
const FloatBits = 32

// zero is 1 when v is ±0 and 0 when it is another number, without a branch; for
// NaN it may be either. square is v² in float64, where that of the smallest
// float32 does not underflow.
func zero(_ Float, square float64) uint64 { return (math.Float64bits(square) - 1) >> 63 }
