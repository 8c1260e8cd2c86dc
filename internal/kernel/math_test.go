package kernel

import (
	"math"
	"os"
	"testing"
)

// exhaustive makes TestAccuracy take every float32 there is, some minutes:
//
//	EBB_EXHAUSTIVE=1 go test -run TestAccuracy -v -timeout 2h ./internal/kernel
var exhaustive = os.Getenv("EBB_EXHAUSTIVE") != ""

// accuracies are the functions with how they are computed in float64, and the
// largest error in units in the last place that is allowed. The scale is what
// the error is measured by where the value itself is near a zero that does not
// lie at 0: nil takes the value.
var accuracies = []struct {
	name  string
	run   func(dst, x []Float)
	want  func(x float64) float64
	ulps  float64
	scale func(x float64) float64
}{
	{"exp", Exp, math.Exp, 2, nil},
	{"tanh", Tanh, math.Tanh, 2, nil},
	{"sigmoid", Sigmoid, sigmoid, 2, nil},
	{"softplus", Softplus, func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, 4, nil},
	{"elu", func(dst, x []Float) { ELU(dst, x, 1, 1) }, func(x float64) float64 {
		if x > 0 {
			return x
		}
		return math.Expm1(x)
	}, 4, nil},
	{"gelu", GELU, func(x float64) float64 {
		if x < -geluTail {
			return 0
		}
		return x * 0.5 * math.Erfc(-x/math.Sqrt2)
	}, 5, nil},
	{"eluBackward", backwardOf(func(dz, dh, z []Float) { ELUBackward(dz, dh, z, 1, 1) }), func(x float64) float64 {
		if x <= 0 {
			return math.Exp(x)
		}
		return 1 // NaN too
	}, 4, nil},
	{"softplusBackward", backwardOf(SoftplusBackward), sigmoid, 4, nil},
	// φ′ has a zero at −0.75, where what is left of the two terms is measured by
	// their size.
	{"geluBackward", backwardOf(GELUBackward), func(x float64) float64 {
		if math.Abs(x) > geluTail {
			return max(0, math.Copysign(1, x))
		}
		return 0.5*math.Erfc(-x/math.Sqrt2) + x*density(x)
	}, 5, func(x float64) float64 { return 0.5*math.Erfc(-x/math.Sqrt2) + math.Abs(x)*density(x) }},
}

func density(x float64) float64 { return math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi) }

var ones = func() []Float {
	s := make([]Float, 1<<12)
	for i := range s {
		s[i] = 1
	}
	return s
}()

func backwardOf(f func(dz, dh, z []Float)) func(dst, x []Float) {
	return func(dst, x []Float) { f(dst, ones[:len(dst)], x) }
}

// The functions are compared with float64 over the whole range of float32, every
// exponent, denormal numbers and the edges of overflow included.
func TestAccuracy(t *testing.T) {
	if FloatBits != 32 {
		t.Skip("float64 is computed by package math")
	}
	stride := uint64(1021)
	switch {
	case exhaustive:
		stride = 1
	case testing.Short():
		stride = 16381
	}
	before := active
	defer func() { active = before }()
	for _, c := range accuracies {
		t.Run(c.name, func(t *testing.T) {
			x, got, want, unit := make([]Float, len(ones)), make([]Float, len(ones)), make([]float64, len(ones)), make([]float64, len(ones))
			worst, at := make([]float64, len(available())), make([]Float, len(available()))
			flush := func(x []Float) {
				for i, v := range x {
					want[i] = c.want(float64(v))
					unit[i] = ulp(want[i])
					if c.scale != nil && !(math.Abs(float64(v)) > geluTail) {
						unit[i] = ulp(c.scale(float64(v)))
					}
				}
				for p, l := range available() {
					active = l
					c.run(got[:len(x)], x)
					for i, v := range x {
						e := math.Abs(finite(float64(got[i]))-finite(want[i])) / unit[i]
						if (want[i] != want[i]) != (got[i] != got[i]) {
							e = math.Inf(1)
						}
						if e > worst[p] {
							worst[p], at[p] = e, v
						}
					}
				}
			}
			n := 0
			add := func(v Float) {
				x[n] = v
				if n++; n == len(x) {
					flush(x)
					n = 0
				}
			}
			for bits := uint64(0); bits < 1<<32; bits += stride {
				add(Float(math.Float32frombits(uint32(bits))))
			}
			for _, v := range edges {
				bits := math.Float32bits(float32(v))
				for d := range uint32(64) {
					add(Float(math.Float32frombits(bits - 32 + d)))
					add(-Float(math.Float32frombits(bits - 32 + d)))
				}
			}
			flush(x[:n])
			for p, l := range available() {
				t.Logf("%s: %.2f ulp at %v", l.name, worst[p], at[p])
				if worst[p] > c.ulps {
					t.Errorf("%s: %.2f ulp at %v, expected at most %v", l.name, worst[p], at[p], c.ulps)
				}
			}
		})
	}
}

// edges are where something happens: overflow, denormal results, a function's
// own limits, powers of two.
var edges = []float64{
	0, 1, 2, 0.5 * math.Ln2, math.Ln2, 88.72284, 87.33655, 103.97208, 103.27893, 9.01, 10, 16.6355, 17.3287,
	13.2, 14.17, 14.5, 0.7517916, math.Sqrt2, math.SmallestNonzeroFloat32, 1.1754944e-38, math.MaxFloat32,
	math.Inf(1), math.NaN(),
}

// ulp is the distance of the float32 numbers at v.
func ulp(v float64) float64 {
	if v = math.Abs(v); v > math.MaxFloat32 || v != v {
		v = math.MaxFloat32
	}
	_, e := math.Frexp(v)
	return math.Ldexp(1, max(e-24, -149))
}

// finite takes what is beyond float32 for the first number that is.
func finite(v float64) float64 {
	if v != v {
		return 0
	}
	return max(-0x1p128, min(v, 0x1p128))
}
