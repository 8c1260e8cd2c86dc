//go:build float64

package kernel

// Float is the element type of every tensor: float64 under this build tag,
// in which gradients are checked against finite differences.
type Float = float64

// FloatBits is the size of Float in bits.
const FloatBits = 64
