package flow_test

import (
	"encoding/json"
	"math"
	"math/cmplx"
	"os"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/tensor"
)

func TestEigenvaluesAgainstLAPACK(t *testing.T) {
	raw, err := os.ReadFile("testdata/spectrum.json") // by testdata/spectrum.py
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		N         int
		W, Re, Im []float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		w := make([]tensor.Float, len(c.W))
		rho := 0.0
		for i, v := range c.W {
			w[i] = tensor.Float(v)
		}
		for i := range c.Re {
			rho = max(rho, math.Hypot(c.Re[i], c.Im[i]))
		}
		got := flow.Eigenvalues(w, c.N)
		if len(got) != c.N {
			t.Fatalf("%s: %d eigenvalues of %d", c.Name, len(got), c.N)
		}
		used := make([]bool, c.N)
		for i := range c.Re { // each has a partner of its own
			want, best := complex(c.Re[i], c.Im[i]), -1
			for k, v := range got {
				if !used[k] && (best < 0 || cmplx.Abs(v-want) < cmplx.Abs(got[best]-want)) {
					best = k
				}
			}
			used[best] = true
			if d := cmplx.Abs(got[best] - want); !(d <= 1e-9*rho) {
				t.Errorf("%s: %v, LAPACK says %v", c.Name, got[best], want)
			}
		}
		if r := flow.SpectralRadius(w, c.N); math.Abs(r-rho) > 1e-9*rho {
			t.Errorf("%s: ρ %v, LAPACK says %v", c.Name, r, rho)
		}
	}
}

// Matrices whose spectral radius has a closed form.
func TestSpectralRadius(t *testing.T) {
	for _, c := range []struct {
		w    []tensor.Float
		n    int
		want float64
	}{
		{[]tensor.Float{0, 0, 0, 0}, 2, 0},
		{[]tensor.Float{0, 1, 0, 0}, 2, 0},                                       // nilpotent: σ_max 1, ρ 0
		{[]tensor.Float{1, 1, 1, 0}, 2, (1 + math.Sqrt(5)) / 2},                  // Fibonacci
		{[]tensor.Float{0.5, -2, 2, 0.5}, 2, math.Sqrt(4.25)},                    // 0.5 ± 2i
		{[]tensor.Float{2, 0, 0, 0, 0, -3, 0, 3, 0}, 3, 3},                       // 2, ±3i
		{[]tensor.Float{0, 0, 1, 1, 0, 0, 0, 1, 0}, 3, 1},                        // the cube roots of 1: shifts alone never settle
		{[]tensor.Float{4, 1, 2, 0, -5, 3, 0, 0, 1}, 3, 5},                       // triangular
		{[]tensor.Float{1, 2, 3, 1, 2, 3, 1, 2, 3}, 3, 6},                        // rank 1: the trace
		{[]tensor.Float{0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0}, 4, 1}, // two equal pairs
	} {
		if got := flow.SpectralRadius(c.w, c.n); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %v, expected %v", c.w, got, c.want)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
		if got := flow.SpectralRadius([]tensor.Float{1, tensor.Float(bad), 0, 1}, 2); !math.IsNaN(got) {
			t.Errorf("%v in the matrix: %v", bad, got)
		}
	}
}

func BenchmarkSpectralRadius256(b *testing.B) {
	w := normal(1, 1./16, 256, 256)
	for b.Loop() {
		flow.SpectralRadius(w.Data, 256)
	}
}
