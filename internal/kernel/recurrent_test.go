package kernel

import (
	"fmt"
	"math"
	"testing"
)

// cellCase is one of the loops of the gated cells.
type cellCase struct {
	name   string
	slices int
	run    func(s [][]Float)
	want   func(v []float64) // makes the values of one element, one of each slice, what they become
}

var cellCases = []cellCase{
	{"lstmForward", 8, func(s [][]Float) {
		active.lstmForward(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
	}, func(v []float64) {
		v[0], v[1], v[2], v[3] = sigmoid(v[0]), sigmoid(v[1]), math.Tanh(v[2]), sigmoid(v[3])
		v[5] = v[1]*v[4] + v[0]*v[2]
		v[6] = math.Tanh(v[5])
		v[7] = v[3] * v[6]
	}},
	{"lstmForwardInPlace", 7, func(s [][]Float) {
		active.lstmForward(s[0], s[1], s[2], s[3], s[4], s[4], s[5], s[6])
	}, func(v []float64) {
		v[0], v[1], v[2], v[3] = sigmoid(v[0]), sigmoid(v[1]), math.Tanh(v[2]), sigmoid(v[3])
		v[4] = v[1]*v[4] + v[0]*v[2]
		v[5] = math.Tanh(v[4])
		v[6] = v[3] * v[5]
	}},
	{"lstmBackward", 8, func(s [][]Float) {
		active.lstmBackward(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
	}, func(v []float64) {
		i, f, g, o, before, tc, dh, dc := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
		dc += dh * o * (1 - tc*tc)
		v[0], v[1], v[2] = dc*g*i*(1-i), dc*before*f*(1-f), dc*i*(1-g*g)
		v[3], v[7] = dh*tc*o*(1-o), dc*f
	}},
	{"gruForward", 6, func(s [][]Float) {
		active.gruForward(s[0], s[1], s[2], s[3], s[4], s[5])
	}, func(v []float64) {
		v[0], v[1] = sigmoid(v[0]), sigmoid(v[1])
		v[2] = math.Tanh(v[2] + v[0]*v[3])
		v[5] = (1-v[1])*v[2] + v[1]*v[4]
	}},
	{"gruForwardInPlace", 5, func(s [][]Float) {
		active.gruForward(s[0], s[1], s[2], s[3], s[4], s[4])
	}, func(v []float64) {
		v[0], v[1] = sigmoid(v[0]), sigmoid(v[1])
		v[2] = math.Tanh(v[2] + v[0]*v[3])
		v[4] = (1-v[1])*v[2] + v[1]*v[4]
	}},
	{"gruBackward", 6, func(s [][]Float) {
		active.gruBackward(s[0], s[1], s[2], s[3], s[4], s[5])
	}, func(v []float64) {
		r, z, n, nh, before, dh := v[0], v[1], v[2], v[3], v[4], v[5]
		dn := dh * (1 - z) * (1 - n*n)
		v[0], v[1] = dn*nh*r*(1-r), dh*(before-n)*z*(1-z)
		v[2], v[3], v[5] = dn, dn*r, dh*z
	}},
}

// of computes an element of every slice in float64. No product on the way is larger
// than size.
func (c cellCase) of(s [][]Float, i int) (v []float64, size float64) {
	size = 1
	for _, x := range s {
		v = append(v, float64(x[i]))
		if a := math.Abs(float64(x[i])); a < math.Inf(1) {
			size = max(size, a)
		}
	}
	c.want(v)
	return v, math.Pow(size, 6)
}

// Every path computes what the formulas say, for all lengths, at any alignment,
// in place, with infinities and NaN, and writes nothing outside.
func TestCells(t *testing.T) {
	lengths := []int{127, 1000}
	for n := range 71 {
		lengths = append(lengths, n)
	}
	eachPath(t, func(t *testing.T) {
		for _, c := range cellCases {
			for _, length := range lengths {
				for _, special := range []bool{false, true} {
					in, got := newArguments(c.slices, length, length, special), newArguments(c.slices, length, length, special)
					c.run(got.cut)
					got.checkSentinels(t, c.name)
					for i := range length {
						want, size := c.of(in.cut, i)
						for k, w := range want {
							g := float64(got.cut[k][i])
							if math.IsNaN(w) || math.IsInf(w, 0) {
								if g == g && !math.IsInf(g, 0) {
									t.Fatalf("%s of %d: element %d of slice %d is %v, want %v", c.name, length, i, k, g, w)
								}
								continue
							}
							if !(math.Abs(g-w) <= 4e-7*size) {
								t.Fatalf("%s of %d: element %d of slice %d is %v, want %v", c.name, length, i, k, g, w)
							}
						}
					}
				}
			}
		}
	})
}

// The gates are those of Sigmoid and Tanh, to a few units in the last place over
// their whole range, where the result is denormal too.
func TestCellGates(t *testing.T) {
	if FloatBits != 32 {
		t.Skip("float64 is computed by package math")
	}
	eachPath(t, func(t *testing.T) {
		const n = 1 << 12
		zero := make([]Float, n)
		for _, c := range []struct {
			name string
			gate int
			want func(float64) float64
		}{{"i", 0, sigmoid}, {"f", 1, sigmoid}, {"g", 2, math.Tanh}, {"o", 3, sigmoid}} {
			s := newArguments(8, n, 0, false).cut
			for i := range n {
				s[c.gate][i] = Float(i-n/2) * 0.051
			}
			x := append([]Float(nil), s[c.gate]...)
			copy(s[4], zero)
			active.lstmForward(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
			for i, v := range x {
				w := c.want(float64(v))
				if e := math.Abs(float64(s[c.gate][i])-w) / ulp(w); e > 2 {
					t.Fatalf("gate %s of %v is %v, want %v: %.1f ulp", c.name, v, s[c.gate][i], w, e)
				}
			}
		}
	})
}

// An element's result is the same bits wherever it stands.
func TestCellsDoNotDependOnThePlace(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, c := range cellCases {
			whole, parts := newArguments(c.slices, 83, 3, true), newArguments(c.slices, 83, 3, true)
			c.run(whole.cut)
			for lo := 0; lo < 83; {
				hi := min(lo+1+lo%19, 83)
				var part [][]Float
				for _, s := range parts.cut {
					part = append(part, s[lo:hi])
				}
				c.run(part)
				lo = hi
			}
			for k := range whole.cut {
				for i, v := range whole.cut[k] {
					if !same(v, parts.cut[k][i]) {
						t.Fatalf("%s: element %d of slice %d is %v, in a part %v", c.name, i, k, v, parts.cut[k][i])
					}
				}
			}
		}
	})
}

// The rows of a step lie apart, and nothing between them is touched.
func TestCellRows(t *testing.T) {
	const rows, h, gateRow, stateRow = 5, 19, 4*19 + 7, 19 + 3
	eachPath(t, func(t *testing.T) {
		r := CellRows{N: rows, H: h, Gates: gateRow, States: stateRow}
		whole := func(f func(r CellRows, s [7][]Float)) [7][]Float {
			s := [7][]Float{randoms(rows*gateRow, 1), randoms(rows*stateRow, 2), randoms(rows*stateRow, 3), randoms(rows*h, 4), randoms(rows*h, 5), randoms(rows*h, 6), randoms(rows*h, 7)}
			f(r, s)
			return s
		}
		alone := func(f func(r CellRows, s [7][]Float)) [7][]Float {
			return whole(func(r CellRows, s [7][]Float) {
				r.N = 1
				for b := range rows {
					f(r, [7][]Float{s[0][b*gateRow:][:4*h], s[1][b*stateRow:][:h], s[2][b*stateRow:][:h], s[3][b*h:][:h], s[4][b*h:][:h], s[5][b*h:][:h], s[6][b*h:][:h]})
				}
			})
		}
		for name, f := range map[string]func(r CellRows, s [7][]Float){
			"LSTMForward":  func(r CellRows, s [7][]Float) { LSTMForward(r, s[0], s[3], s[4], s[5], s[1]) },
			"LSTMBackward": func(r CellRows, s [7][]Float) { LSTMBackward(r, s[0], s[3], s[4], s[5], s[6]) },
			"GRUForward":   func(r CellRows, s [7][]Float) { GRUForward(r, s[0], s[1], s[2]) },
			"GRUBackward":  func(r CellRows, s [7][]Float) { GRUBackward(r, s[0], s[1], s[3]) },
		} {
			a, b := whole(f), alone(f)
			for k := range a {
				for i := range a[k] {
					if !same(a[k][i], b[k][i]) {
						t.Fatalf("%s: element %d of slice %d is %v, by rows %v", name, i, k, a[k][i], b[k][i])
					}
				}
			}
		}
	})
}

// BenchmarkCells measures a step of 64 rows of 128 units:
//
//	go test -run - -bench Cells/avx512 ./internal/kernel
func BenchmarkCells(b *testing.B) {
	const rows, h = 64, 128
	before := active
	defer func() { active = before }()
	for _, l := range available() {
		gates, state := randoms(rows*4*h, 1), randoms(rows*h, 2)
		one, two, three, four := randoms(rows*h, 3), randoms(rows*h, 4), randoms(rows*h, 5), randoms(rows*h, 6)
		fresh := append([]Float(nil), gates...)
		r := CellRows{N: rows, H: h, Gates: 4 * h, States: h}
		for _, c := range []struct {
			name string
			run  func()
		}{
			{"LSTMForward", func() { LSTMForward(r, gates, one, two, three, state) }},
			{"LSTMBackward", func() { LSTMBackward(r, gates, one, three, two, four) }},
			{"GRUForward", func() { GRUForward(r, gates, one, state) }},
			{"GRUBackward", func() { GRUBackward(r, gates, one, state) }},
		} {
			b.Run(fmt.Sprintf("%s/%s/B%d-H%d", l.name, c.name, rows, h), func(b *testing.B) {
				active = l
				copy(gates, fresh)
				for b.Loop() {
					c.run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/h, "ns/element")
			})
		}
	}
}
