package kernel

import (
	"math"
	"testing"
)

// The updates may treat denormal numbers as zero, and must leave the arithmetic
// of everything else as it was.
func TestUpdatesRestoreTheArithmetic(t *testing.T) {
	if FloatBits != 32 {
		t.Skip("denormal numbers of float32")
	}
	eachPath(t, func(t *testing.T) {
		least := Float(math.SmallestNonzeroFloat32)
		n := 37
		w, g, m, v, b := make([]Float, n), make([]Float, n), make([]Float, n), make([]Float, n), make([]Float, n)
		for i := range m {
			m[i], v[i], b[i] = 1e-40, 1e-40, 1e-40
		}
		for _, update := range []func(){
			func() { SGD(w, g, 0.1, 0.1) },
			func() { Momentum(w, g, b, 0.1, 0, 0.9, false) },
			func() { Momentum(w, g, b, 0.1, 0, 0.9, true) },
			func() { Adagrad(w, g, v, 0.1, 0, 1e-10) },
			func() { RMSprop(w, g, v, nil, 0.1, 0, 0.99, 0.01, 1e-8, 0) },
			func() { RMSprop(w, g, v, b, 0.1, 0, 0.99, 0.01, 1e-8, 0.9) },
			func() { Adam(w, g, m, v, adamCase) },
		} {
			update()
			x := []Float{least, 3 * least}
			Scale(x, 2)
			if x[0] != 2*least || x[1] != 6*least || Float(3)*x[0] == 0 {
				t.Fatalf("denormal numbers became %v", x)
			}
			for i := range m {
				for _, s := range [][]Float{w, m, v, b} {
					if math.Abs(float64(s[i])) > 1e-30 || s[i] != s[0] {
						t.Fatalf("element %d is %v, the first %v", i, s[i], s[0])
					}
				}
			}
		}
	})
}
