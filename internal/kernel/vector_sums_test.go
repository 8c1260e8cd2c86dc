package kernel

import (
	"math"
	"testing"
)

// sumCases are the loops that reduce two slices to numbers.
var sumCases = []struct {
	name string
	run  func(a, b []Float) [3]float64
}{
	{"sum", func(a, _ []Float) [3]float64 { return [3]float64{Sum(a)} }},
	{"sumSquares", func(a, _ []Float) [3]float64 { return [3]float64{SumSquares(a)} }},
	{"dot", func(a, b []Float) [3]float64 { return [3]float64{Dot(a, b)} }},
	{"count", func(a, _ []Float) [3]float64 {
		c := Count(a)
		return [3]float64{c.SumSquares, float64(c.Zeros), float64(c.NonFinite)}
	}},
	{"change", func(a, b []Float) [3]float64 {
		moved, size, same := Change(a, b)
		return [3]float64{moved, size, float64(same)}
	}},
	{"max", func(a, _ []Float) [3]float64 { return [3]float64{float64(Max(a))} }},
	{"countBelow", func(a, _ []Float) [3]float64 { return [3]float64{float64(CountBelow(a, 0.25))} }},
	{"squaresAround", func(a, _ []Float) [3]float64 { return [3]float64{SquaresAround(a, 0.7)} }},
	{"sumExp", func(a, _ []Float) [3]float64 { return [3]float64{active.sumExp(a[:min(len(a), block)], 0.5)} }},
	{"expSum", func(a, b []Float) [3]float64 { return [3]float64{expSum(b, a, 0.5)} }},
	{"squaredError", func(a, b []Float) [3]float64 { return [3]float64{SquaredError(a, b)} }},
	{"logistic", func(a, b []Float) [3]float64 { return [3]float64{Logistic(a, b)} }},
	{"normSums", func(a, b []Float) [3]float64 {
		s, along := NormSums(a, b, a)
		return [3]float64{s, along}
	}},
}

// Sums agree with pure Go, and are the same bits at any alignment.
func TestSumsOnAllPaths(t *testing.T) {
	lengths := []int{127, 1000, block, block + 5, 2*block + 1}
	for n := range 71 {
		lengths = append(lengths, n)
	}
	eachPath(t, func(t *testing.T) {
		path := active
		for _, c := range sumCases {
			for _, length := range lengths {
				for _, special := range []bool{false, true} {
					x, y := newArguments(2, length, 0, special), newArguments(2, length, 5, special)
					z := newArguments(2, length, 5, special)
					got, again := c.run(x.cut[0], x.cut[1]), c.run(y.cut[0], y.cut[1])
					active = &goLoops
					want := c.run(z.cut[0], z.cut[1])
					active = path
					x.checkSentinels(t, c.name)
					for k := range got {
						if got[k] != again[k] && got[k] == got[k] {
							t.Fatalf("%s of %d: %v, at another place %v", c.name, length, got[k], again[k])
						}
						e := math.Abs(got[k] - want[k])
						if !(e <= 2e-7*(math.Abs(want[k])+math.Sqrt(float64(length))) || got[k] == want[k] || got[k] != got[k] && want[k] != want[k]) {
							t.Fatalf("%s of %d: result %d is %v, in Go %v", c.name, length, k, got[k], want[k])
						}
					}
				}
			}
		}
	})
}

func TestColumnSumsOnAllPaths(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for n := range 70 {
			x := newArguments(1, n, n, false).cut[0]
			sum, mean := make([]float64, n+1), make([]float64, n)
			for i := range mean {
				sum[i], mean[i] = 1, float64(i)
			}
			sum[n] = sentinel
			AddTo(sum[:n], x)
			AddSquaresAround(sum[:n], x, mean)
			for i, v := range x {
				d := float64(v) - float64(i)
				want := 1 + float64(v) + d*d
				if math.Abs(sum[i]-want) > 1e-12*math.Abs(want) {
					t.Errorf("%d of %d: %v, expected %v", i, n, sum[i], want)
				}
			}
			if sum[n] != sentinel {
				t.Errorf("of %d: written behind", n)
			}
		}
	})
}

func TestSoftmaxAndItsLoss(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, cols := range []int{1, 3, 10, 37, 1000} {
			z := newArguments(2, 3*cols, 1, false)
			y, d, target := make([]Float, 3*cols), make([]Float, cols), make([]Float, cols)
			Softmax(y, z.cut[0], cols)
			for r := range 3 {
				row := z.cut[0][r*cols : (r+1)*cols]
				sum := 0.0
				for _, v := range row {
					sum += math.Exp(float64(v))
				}
				if got := LogSumExp(row); math.Abs(got-math.Log(sum)) > 1e-6 {
					t.Errorf("LogSumExp of %d: %v, expected %v", cols, got, math.Log(sum))
				}
				class := r % cols
				clear(target)
				target[class] = 1
				e := make([]Float, cols)
				ClassGradient(d, row, class, 0.5)
				ProbabilityGradient(e, row, target, 1, 0.5)
				for i, v := range row {
					p := math.Exp(float64(v)) / sum
					if math.Abs(float64(y[r*cols+i])-p) > 5e-7*p {
						t.Errorf("softmax of %d: %v, expected %v", cols, y[r*cols+i], p)
					}
					want := 0.5 * (p - float64(target[i]))
					for _, got := range []Float{d[i], e[i]} {
						if math.Abs(float64(got)-want) > 5e-7*math.Abs(want)+1e-8*p {
							t.Errorf("gradient of %d: %v, expected %v", cols, got, want)
						}
					}
				}
			}
		}
		// The gradient of a class that is nearly certain is not lost.
		d := make([]Float, 2)
		ClassGradient(d, []Float{20, 0}, 0, 1)
		if want := -math.Exp(-20); math.Abs(float64(d[0])-want) > -1e-6*want {
			t.Errorf("%v, expected %v", d[0], want)
		}
	})
}

// Nothing allocates, through the functions of the path in use either.
func TestLoopsAllocateNothing(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		a := newArguments(7, 100, 0, false)
		if n := testing.AllocsPerRun(10, func() {
			for _, c := range loopCases {
				c.run(a.cut)
			}
			for _, c := range sumCases {
				c.run(a.cut[0], a.cut[1])
			}
			Softmax(a.cut[0], a.cut[1], 10)
			ClassGradient(a.cut[0], a.cut[1], 3, 1)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
