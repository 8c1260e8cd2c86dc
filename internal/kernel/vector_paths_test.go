package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// loopCase is one element-wise loop: it writes the first writes of its slices
// and reads all of them. On no path may an element be off by more than tolerance
// times its size or that of the arguments.
type loopCase struct {
	name      string
	slices    int
	writes    int
	tolerance float64
	run       func(s [][]Float)
	square    int // the slice that holds a running square; 0 is none
}

var adamCase = AdamSettings{Beta2: 0.999, Rest1: 0.1, Rest2: 0.001, Step: 0.01, Root: 0.5, Eps: 1e-8, Decay: 0.01, Shrink: 0.999}

var loopCases = []loopCase{
	{"add", 2, 1, 0, func(s [][]Float) { Add(s[0], s[1]) }, 0},
	{"mul", 3, 1, 0, func(s [][]Float) { Mul(s[0], s[1], s[2]) }, 0},
	{"mulAdd", 3, 1, 2e-7, func(s [][]Float) { MulAdd(s[0], s[1], s[2]) }, 0},
	{"scale", 1, 1, 0, func(s [][]Float) { Scale(s[0], 0.3) }, 0},
	{"clamp", 1, 1, 0, func(s [][]Float) { Clamp(s[0], 0.7) }, 0},

	{"exp", 2, 1, 2e-7, func(s [][]Float) { Exp(s[0], s[1]) }, 0},
	{"tanh", 2, 1, 2e-7, func(s [][]Float) { Tanh(s[0], s[1]) }, 0},
	{"sigmoid", 2, 1, 2e-7, func(s [][]Float) { Sigmoid(s[0], s[1]) }, 0},
	{"gelu", 2, 1, 6e-7, func(s [][]Float) { GELU(s[0], s[1]) }, 0},
	{"softplus", 2, 1, 4e-7, func(s [][]Float) { Softplus(s[0], s[1]) }, 0},
	{"relu", 2, 1, 0, func(s [][]Float) { ReLU(s[0], s[1]) }, 0},
	{"leakyRelu", 2, 1, 0, func(s [][]Float) { LeakyReLU(s[0], s[1], 0.01) }, 0},
	{"elu", 2, 1, 4e-7, func(s [][]Float) { ELU(s[0], s[1], 1.05, 1.75) }, 0},

	{"sigmoidBackward", 3, 1, 2e-7, func(s [][]Float) { SigmoidBackward(s[0], s[1], s[2]) }, 0},
	{"tanhBackward", 3, 1, 3e-7, func(s [][]Float) { TanhBackward(s[0], s[1], s[2]) }, 0},
	{"reluBackward", 3, 1, 0, func(s [][]Float) { ReLUBackward(s[0], s[1], s[2]) }, 0},
	{"geluBackward", 3, 1, 1e-6, func(s [][]Float) { GELUBackward(s[0], s[1], s[2]) }, 0},
	{"softplusBackward", 3, 1, 3e-7, func(s [][]Float) { SoftplusBackward(s[0], s[1], s[2]) }, 0},
	{"leakyReluBackward", 3, 1, 0, func(s [][]Float) { LeakyReLUBackward(s[0], s[1], s[2], 0.01) }, 0},
	{"eluBackward", 3, 1, 4e-7, func(s [][]Float) { ELUBackward(s[0], s[1], s[2], 1.05, 1.75) }, 0},

	{"errorGradient", 3, 1, 2e-7, func(s [][]Float) { ErrorGradient(s[0], s[1], s[2], 0.3) }, 0},
	{"logisticGradient", 3, 1, 4e-7, func(s [][]Float) { LogisticGradient(s[0], s[1], s[2], 0.3) }, 0},
	{"softmaxBackward", 3, 1, 2e-7, func(s [][]Float) { active.softmaxBackward(s[0], s[1], s[2], 0.25) }, 0},
	{"probabilityLoss", 2, 1, 2e-7, func(s [][]Float) { active.probabilityLoss(s[0], s[1], 0.7, 0.3) }, 0},

	{"normalize", 5, 2, 4e-7, func(s [][]Float) { Normalize(s[0], s[1], s[2], s[3], s[4], 0.3, 1.7) }, 0},
	{"normBackward", 4, 1, 4e-7, func(s [][]Float) { NormBackward(s[0], s[1], s[2], s[3], 0.1, 0.2, 1.7) }, 0},
	{"batchNormalize", 7, 2, 4e-7, func(s [][]Float) { BatchNormalize(s[0], s[1], s[2], s[3], s[4], s[5], s[6]) }, 0},
	{"batchNormBackward", 6, 1, 4e-7, func(s [][]Float) { BatchNormBackward(s[0], s[1], s[2], s[3], s[4], s[5]) }, 0},

	{"sgd", 2, 1, 2e-7, func(s [][]Float) { SGD(s[0], s[1], 0.1, 0.01) }, 0},
	{"momentum", 3, 3, 4e-7, func(s [][]Float) { Momentum(s[0], s[1], s[2], 0.1, 0.01, 0.9, false) }, 0},
	{"nesterov", 3, 3, 4e-7, func(s [][]Float) { Momentum(s[0], s[1], s[2], 0.1, 0.01, 0.9, true) }, 0},
	{"adagrad", 3, 3, 4e-7, func(s [][]Float) { Adagrad(s[0], s[1], s[2], 0.1, 0.01, 1e-10) }, 2},
	{"rmsprop", 3, 3, 4e-7, func(s [][]Float) { RMSprop(s[0], s[1], s[2], nil, 0.1, 0.01, 0.99, 0.01, 1e-8, 0) }, 2},
	{"rmspropMomentum", 4, 4, 4e-7, func(s [][]Float) {
		RMSprop(s[0], s[1], s[2], s[3], 0.1, 0.01, 0.99, 0.01, 1e-8, 0.9)
	}, 2},
	{"adam", 4, 4, 1e-5, func(s [][]Float) { Adam(s[0], s[1], s[2], s[3], adamCase) }, 3},
}

// arguments makes n elements for each slice.
func (c loopCase) arguments(n, shift int, special bool) arguments {
	a := newArguments(c.slices, n, shift, special)
	if c.square > 0 {
		s := a.cut[c.square]
		for i, v := range s {
			s[i] = v * v
		}
	}
	return a
}

// arguments are n slices of one length, at different alignments, between sentinels.
type arguments struct {
	whole, cut [][]Float
}

const sentinel = 12345

func newArguments(n, length, shift int, special bool) arguments {
	var a arguments
	specials := []Float{0, Float(math.Copysign(0, -1)), Float(math.NaN()), Float(math.Inf(1)), Float(math.Inf(-1)),
		1e-40, -1e-40, 90, -90, -104, 20, -20, 1}
	for k := range n {
		off := 17 + (shift+k)%16
		w := make([]Float, off+length+17)
		for i := range w {
			w[i] = sentinel
		}
		cut := w[off : off+length]
		copy(cut, randoms(1000, uint64(k))[:min(1000, length)])
		for i := 1000; i < length; i++ {
			cut[i] = cut[i-1000]
		}
		if special {
			for i := range cut {
				if (i+k)%3 == 0 {
					cut[i] = specials[(i*7+k)%len(specials)]
				}
			}
		}
		a.whole, a.cut = append(a.whole, w), append(a.cut, cut)
	}
	return a
}

func (a arguments) checkSentinels(t *testing.T, what string) {
	t.Helper()
	for k, w := range a.whole {
		from := 0
		for from < len(w) && &w[from] != unsafeFirst(a.cut[k], w) {
			from++
		}
		for i, v := range w {
			if (i < from || i >= from+len(a.cut[k])) && v != sentinel {
				t.Fatalf("%s: slice %d was written %d outside", what, k, i-from)
			}
		}
	}
}

// unsafeFirst is where cut begins in w, for an empty cut too.
func unsafeFirst(cut, w []Float) *Float { return &w[len(w)-17-len(cut)] }

func same(a, b Float) bool { return a == b || a != a && b != b }

// Every path gives what pure Go gives, for all lengths, at any alignment, and
// writes nothing outside.
func TestPathsAgree(t *testing.T) {
	lengths := []int{127, 1000, block + 5}
	for n := range 71 {
		if n < 36 || n > 62 || !testing.Short() { // from two of the widest vectors on it repeats
			lengths = append(lengths, n)
		}
	}
	eachPath(t, func(t *testing.T) {
		path := active
		for _, c := range loopCases {
			for _, length := range lengths {
				for _, special := range []bool{false, true} {
					what := fmt.Sprintf("%s of %d", c.name, length)
					want, got := c.arguments(length, length, special), c.arguments(length, length, special)
					in := c.arguments(length, length, special)
					active = &goLoops
					c.run(want.cut)
					active = path
					c.run(got.cut)
					got.checkSentinels(t, what)
					for k := range got.cut {
						for i, v := range got.cut[k] {
							if same(v, want.cut[k][i]) {
								continue
							}
							size := math.Abs(float64(want.cut[k][i]))
							for _, s := range in.cut {
								if s[i]-s[i] == 0 {
									size = max(size, math.Abs(float64(s[i])))
								}
							}
							if e := math.Abs(float64(v - want.cut[k][i])); k >= c.writes || !(e <= c.tolerance*max(size, 1)*max(1, size/100)) {
								t.Fatalf("%s: element %d of slice %d is %v, in Go %v", what, i, k, v, want.cut[k][i])
							}
						}
					}
				}
			}
		}
	})
}

// An element's result is the same bits wherever it stands: callers cut slices
// into bands at will.
func TestResultsDoNotDependOnThePlace(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, c := range loopCases {
			whole := c.arguments(100, 0, true)
			c.run(whole.cut)
			for from := 0; from < 100; from += 7 {
				for to := from; to <= 100; to += 9 {
					part := c.arguments(100, 3, true)
					band := make([][]Float, c.slices)
					for k := range band {
						band[k] = part.cut[k][from:to]
					}
					c.run(band)
					for k := range band {
						for i, v := range band[k] {
							if !same(v, whole.cut[k][from+i]) {
								t.Fatalf("%s: element %d of slice %d is %v in [%d:%d], %v in the whole", c.name, from+i, k, v, from, to, whole.cut[k][from+i])
							}
						}
					}
				}
			}
		}
	})
}

// The destination may be the argument.
func TestInPlace(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, c := range loopCases {
			if c.writes != 1 || c.slices < 2 {
				continue
			}
			for _, n := range []int{5, 70} {
				a, b := c.arguments(n, 0, false), c.arguments(n, 0, false)
				copy(a.cut[0], a.cut[1])
				copy(b.cut[0], b.cut[1])
				b.cut[1] = b.cut[0]
				c.run(a.cut)
				c.run(b.cut)
				if !slices.Equal(a.cut[0], b.cut[0]) {
					t.Errorf("%s of %d in place is %v, expected %v", c.name, n, b.cut[0], a.cut[0])
				}
			}
		}
	})
}
