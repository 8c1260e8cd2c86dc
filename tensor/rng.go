package tensor

import (
	"math"
	"math/rand/v2"
)

// RNG is a seeded source of random numbers: PCG-DXSM (O'Neill 2014), whose
// output math/rand/v2 specifies, with distributions of its own so that a seed
// gives the same numbers in every release of Go.
//
// Independent uses take independent streams of one seed: initialization, the
// order of the rows and dropout never disturb each other.
type RNG struct{ src rand.PCG }

// NewRNG returns the source for a seed and a stream of it.
func NewRNG(seed, stream uint64) *RNG {
	r := &RNG{}
	r.Seed(seed, stream)
	return r
}

// Seed restarts r as NewRNG(seed, stream) would, without allocating.
func (r *RNG) Seed(seed, stream uint64) { r.src.Seed(mix(seed), mix(stream^0x9e3779b97f4a7c15)) }

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring
// seeds become unrelated states.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Uint64 returns 64 random bits.
func (r *RNG) Uint64() uint64 { return r.src.Uint64() }

// Float64 returns a number from [0, 1).
func (r *RNG) Float64() float64 { return float64(r.src.Uint64()>>11) * 0x1p-53 }

// Uniform returns a number from [lo, hi).
func (r *RNG) Uniform(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// Normal returns a number from the standard normal distribution (Box and
// Muller 1958).
func (r *RNG) Normal() float64 {
	u := 1 - r.Float64() // (0, 1]
	v := r.Float64()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// IntN returns a number from 0..n-1. It panics when n is not positive.
func (r *RNG) IntN(n int) int {
	if n <= 0 {
		panic("tensor.RNG.IntN: n must be positive")
	}
	// Rejection of the last incomplete multiple of n keeps it exactly uniform.
	limit := math.MaxUint64 - math.MaxUint64%uint64(n)
	for {
		if v := r.src.Uint64(); v < limit {
			return int(v % uint64(n))
		}
	}
}

// Shuffle permutes order (Fisher and Yates).
func (r *RNG) Shuffle(order []int) {
	for i := len(order) - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
	}
}
