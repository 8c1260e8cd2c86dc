//go:build !float64

package kernel

// Float is the element type of every tensor: float32, or float64 under the
// build tag float64.
type Float = float32

// FloatBits is the size of Float in bits.
const FloatBits = 32
