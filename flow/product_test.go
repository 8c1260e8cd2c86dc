package flow

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A product of 100 000 numbers from 1e-300 to 1e300 against the sum of their
// logarithms.
func TestProductAgainstSumOfLogarithms(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var p product
	if p.log10() != 0 {
		t.Errorf("the empty product's logarithm is %v", p.log10())
	}
	sum := 0.0
	for i := range 100_000 {
		x := math.Pow(10, 600*rng.Float64()-300)
		p.times(x)
		sum += math.Log10(x)
		if i%9973 == 0 && math.Abs(p.log10()-sum) > 1e-11*math.Abs(sum) {
			t.Fatalf("after %d factors log₁₀ is %v, the sum of logarithms %v", i+1, p.log10(), sum)
		}
	}
	var q product
	for range 5000 {
		q.times(math.SmallestNonzeroFloat64)
		q.times(1 / 0x1p-1022)
	}
	if want := -5000 * 52 * math.Log10(2); math.Abs(q.log10()-want) > 1e-8 {
		t.Errorf("log₁₀ %v, expected %v", q.log10(), want)
	}
}
