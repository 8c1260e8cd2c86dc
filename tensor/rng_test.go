package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The bits are those of the PCG-DXSM of math/rand/v2, whose output is specified.
func TestBitsAreThoseOfPCG(t *testing.T) {
	r := NewRNG(3, 4)
	want := rand.NewPCG(mix(3), mix(4^0x9e3779b97f4a7c15))
	for range 100 {
		if got, w := r.Uint64(), want.Uint64(); got != w {
			t.Fatalf("%x, want %x", got, w)
		}
	}
}

// mix is the output of SplitMix64; the figures are the reference
// implementation's first three for the seed 0, whose state goes up by the
// golden ratio each time.
func TestMix(t *testing.T) {
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := mix(uint64(i) * 0x9e3779b97f4a7c15); got != want {
			t.Errorf("%d: %#x, want %#x", i, got, want)
		}
	}
}

func TestSeedStartsOver(t *testing.T) {
	r := NewRNG(1, 2)
	a := []float64{r.Normal(), r.Float64()}
	r.Seed(1, 2)
	if b := []float64{r.Normal(), r.Float64()}; !slices.Equal(a, b) {
		t.Errorf("%v, then %v", a, b)
	}
	if NewRNG(1, 2).Uint64() == NewRNG(1, 3).Uint64() || NewRNG(1, 2).Uint64() == NewRNG(2, 2).Uint64() {
		t.Error("two streams begin alike")
	}
}

// Moments of the distributions within five standard errors.
func TestDistributions(t *testing.T) {
	const n = 200_000
	r := NewRNG(9, 0)
	within := func(name string, got, want, sd float64) {
		t.Helper()
		if math.Abs(got-want) > 5*sd/math.Sqrt(n) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	var u, u2, g, g2, g4 float64
	for range n {
		x := r.Uniform(-1, 1)
		if x < -1 || x >= 1 {
			t.Fatal("Uniform out of range")
		}
		u, u2 = u+x, u2+x*x
		z := r.Normal()
		g, g2, g4 = g+z, g2+z*z, g4+z*z*z*z
	}
	within("mean of U(−1,1)", u/n, 0, math.Sqrt(1.0/3))
	within("square of U(−1,1)", u2/n, 1.0/3, math.Sqrt(4.0/45))
	within("mean of N(0,1)", g/n, 0, 1)
	within("square of N(0,1)", g2/n, 1, math.Sqrt2)
	within("fourth power of N(0,1)", g4/n, 3, math.Sqrt(96))
}

// All 24 orders of four are equally likely: χ² of 23 degrees of freedom is below
// 50 with probability 0.999.
func TestShuffleIsUniform(t *testing.T) {
	const n = 48_000
	r := NewRNG(5, 0)
	count := map[[4]int]int{}
	for range n {
		o := []int{0, 1, 2, 3}
		r.Shuffle(o)
		count[[4]int(o)]++
	}
	chi := 0.0
	for _, c := range count {
		d := float64(c) - n/24
		chi += d * d / (n / 24)
	}
	if len(count) != 24 || chi > 50 {
		t.Errorf("%d orders, χ² %v", len(count), chi)
	}
}
