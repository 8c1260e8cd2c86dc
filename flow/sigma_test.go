package flow_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Matrices whose σ_max has a closed form.
func TestSigmaMaxAgainstClosedForms(t *testing.T) {
	fill := func(rows, cols int, f func(r, c int) float64) []tensor.Float {
		w := make([]tensor.Float, rows*cols)
		for i := range w {
			w[i] = tensor.Float(f(i/cols, i%cols))
		}
		return w
	}
	for _, c := range []struct {
		name       string
		rows, cols int
		at         func(r, c int) float64
		want       float64
		slack      float64 // of upper
	}{
		{"rank one: ‖u‖·‖v‖", 300, 500, func(r, c int) float64 { return float64(r%3) * float64(c%2) }, math.Sqrt(100 * 5 * 250), 1e-6},
		{"diagonal", 150, 150, func(r, c int) float64 {
			if r != c {
				return 0
			}
			return float64(r + 1)
		}, 150, 1e-6},
		// λ = 2 − 2cos(kπ/(n+1)), crowded at the top.
		{"second difference", 900, 900, func(r, c int) float64 {
			switch r - c {
			case 0:
				return 2
			case 1, -1:
				return -1
			}
			return 0
		}, 2 + 2*math.Cos(math.Pi/901), 0.02},
	} {
		lower, upper := flow.SigmaMax(fill(c.rows, c.cols, c.at), c.rows, c.cols)
		if lower > c.want*(1+1e-6) || upper < c.want*(1-1e-6) || upper > c.want*(1+c.slack) {
			t.Errorf("%s: [%v, %v], expected %v", c.name, lower, upper, c.want)
		}
	}
}

// A large random matrix: σ_max of n×m of variance 1 tends to √n + √m (Geman
// 1980), and the bracket is close enough to be of use.
func TestSigmaMaxOfALargeMatrix(t *testing.T) {
	const rows, cols = 1500, 1200
	w := normal(3, 1, rows, cols).Data
	lower, upper := flow.SigmaMax(w, rows, cols)
	want := math.Sqrt(rows) + math.Sqrt(cols)
	if math.Abs(lower/want-1) > 0.02 || upper < lower || upper > 1.03*lower {
		t.Errorf("[%v, %v], expected about %v", lower, upper, want)
	}
	again, _ := flow.SigmaMax(w, rows, cols)
	if again != lower {
		t.Errorf("%v, then %v", lower, again)
	}
}

func ExampleSigmaMax() {
	lower, upper := flow.SigmaMax([]tensor.Float{3, 0, 0, 4}, 2, 2)
	fmt.Printf("%.6f ≤ σ_max ≤ %.6f\n", lower, upper)
	// Output: 4.000000 ≤ σ_max ≤ 4.000000
}

func ExampleBounds() {
	d := nn.NewDense(2, 2)
	copy(d.W.Value.Data, []tensor.Float{3, 0, 0, 4})
	m := nn.NewSequential(nn.NewDense(3, 2), nn.NewSigmoid(), d)
	for _, b := range flow.Bounds(m) {
		fmt.Printf("%s %s: gain ≤ %.2f, reached by ≤ %.2f\n", b.Where, b.Stage, b.Gain, b.Reaches)
	}
	// Output:
	// dense_2 weights: gain ≤ 4.00, reached by ≤ 1.00
	// dense_1 activation: gain ≤ 0.25, reached by ≤ 4.00
	// dense_1 weights: gain ≤ 0.00, reached by ≤ 1.00
}

func BenchmarkSigmaMax(b *testing.B) {
	for _, size := range [][2]int{{64, 64}, {784, 256}, {1024, 1024}, {4096, 4096}} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			w := normal(1, 1, size[0], size[1]).Data
			for b.Loop() {
				flow.SigmaMax(w, size[0], size[1])
			}
		})
	}
}
