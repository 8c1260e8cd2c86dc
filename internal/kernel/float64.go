//go:build float64

package kernel

import "math"

// Float is the element type of every tensor: float64 under this build tag,
// in which gradients are checked against finite differences.
type Float = float64

// FloatBits is the size of Float in bits.
const FloatBits = 64

// zero is 1 when v is ±0 and 0 when it is another number, without a branch; for
// NaN it may be either. square is v², which may underflow.
func zero(v Float, _ float64) uint64 { return (math.Float64bits(v)<<1>>1 - 1) >> 63 }
