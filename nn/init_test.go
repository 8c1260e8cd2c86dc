package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Every initializer has the mean, the variance and the limits of its
// distribution.
func TestInitMoments(t *testing.T) {
	const in, out = 300, 200
	for _, c := range []struct {
		name     string
		value    float64
		mean     float64
		variance float64
		limit    float64 // of a uniform distribution
	}{
		{"glorot_uniform", 0, 0, 2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		{"glorot_normal", 0, 0, 2.0 / (in + out), 0},
		{"he_uniform", 0, 0, 2.0 / in, math.Sqrt(6.0 / in)},
		{"he_normal", 0, 0, 2.0 / in, 0},
		{"lecun_uniform", 0, 0, 1.0 / in, math.Sqrt(3.0 / in)},
		{"lecun_normal", 0, 0, 1.0 / in, 0},
		{"pytorch", 0, 0, 1.0 / (3 * in), 1 / math.Sqrt(in)},
		{"orthogonal", 0, 0, 1.0 / in, 0},
		{"constant", 0.5, 0.5, 0, 0},
		{"zeros", 0, 0, 0, 0},
		{"normal", 0.05, 0, 0.05 * 0.05, 0},
		{"uniform", 0.05, 0, 0.05 * 0.05 / 3, 0.05},
	} {
		init, err := nn.NewInit(c.name, c.value)
		if err != nil {
			t.Fatal(err)
		}
		w := tensor.New(in, out)
		init.Apply(w, in, out, tensor.NewRNG(1, 0))
		sum, squares, largest := 0.0, 0.0, 0.0
		for _, v := range w.Data {
			sum += float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		mean := sum / (in * out)
		for _, v := range w.Data {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		variance := squares / (in * out)
		if math.Abs(mean-c.mean) > 5*math.Sqrt(c.variance/(in*out)) {
			t.Errorf("%s: mean %v, want %v", c.name, mean, c.mean)
		}
		if math.Abs(variance-c.variance) > 0.03*c.variance {
			t.Errorf("%s: variance %v, want %v", c.name, variance, c.variance)
		}
		if c.limit > 0 && (largest > c.limit*(1+1e-6) || largest < 0.99*c.limit) {
			t.Errorf("%s: largest %v, want just below %v", c.name, largest, c.limit)
		}
	}
}

// The fewer of rows and columns are orthonormal, whichever they are.
func TestInitOrthogonal(t *testing.T) {
	init, _ := nn.NewInit("orthogonal", 0)
	for _, shape := range [][2]int{{4, 4}, {3, 7}, {7, 3}, {1, 5}} {
		rows, cols := shape[0], shape[1]
		w := tensor.New(rows, cols)
		init.Apply(w, rows, cols, tensor.NewRNG(3, 0))
		at := func(i, k int) float64 { // element k of vector i
			if rows > cols {
				return float64(w.Row(k)[i])
			}
			return float64(w.Row(i)[k])
		}
		count, size := min(rows, cols), max(rows, cols)
		for i := range count {
			for j := range count {
				product, want := 0.0, 0.0
				for k := range size {
					product += at(i, k) * at(j, k)
				}
				if i == j {
					want = 1
				}
				if math.Abs(product-want) > 1e-6 {
					t.Errorf("%v: vectors %d and %d have the product %v, want %v", shape, i, j, product, want)
				}
			}
		}
	}
}

func TestInitIdentity(t *testing.T) {
	init, _ := nn.NewInit("identity", 0)
	w := tensor.New(2, 3)
	w.Fill(9)
	init.Apply(w, 2, 3, tensor.NewRNG(3, 0))
	for i, want := range []tensor.Float{1, 0, 0, 0, 1, 0} {
		if w.Data[i] != want {
			t.Errorf("element %d is %v, want %v", i, w.Data[i], want)
		}
	}
}

// Every name of the list is known, and an unknown one or a senseless value is
// answered with what was received.
func TestNewInit(t *testing.T) {
	for _, name := range nn.InitNames() {
		init, err := nn.NewInit(name, 0.1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		init.Apply(tensor.New(3, 4), 3, 4, tensor.NewRNG(1, 0)) // must not panic
	}
	for _, c := range []struct {
		name  string
		value float64
		says  string
	}{
		{"he_norml", 0, `"he_norml"`},
		{"normal", -1, "-1"},
		{"uniform", math.Inf(1), "+Inf"},
		{"constant", math.NaN(), "NaN"},
	} {
		if _, err := nn.NewInit(c.name, c.value); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %v: error %v, want it to say %s", c.name, c.value, err, c.says)
		}
	}
}

// Initialize looks past normalization and dropout for the activation that a
// dense layer feeds, into containers too.
func TestInitialize(t *testing.T) {
	relu, selu, last := nn.NewDense(400, 100), nn.NewDense(100, 100), nn.NewDense(100, 50)
	m := nn.NewSequential(
		relu, nn.NewBatchNorm(100), nn.NewDropout(0.1, 1), nn.NewReLU(),
		nn.NewResidual(selu, nn.NewSELU()), last)
	last.B.Value.Fill(3)
	nn.Initialize(m, tensor.NewRNG(1, 0))
	for _, c := range []struct {
		name     string
		d        *nn.Dense
		variance float64
	}{
		{"he_uniform before relu", relu, 2.0 / 400},
		{"lecun_normal before selu", selu, 1.0 / 100},
		{"glorot_uniform at the end", last, 2.0 / 150},
	} {
		n := norm(c.d.W.Value)
		if v := n * n / float64(c.d.W.Value.Len()); math.Abs(v-c.variance) > 0.08*c.variance {
			t.Errorf("%s: variance %v, want %v", c.name, v, c.variance)
		}
		if c.d.B.Value.Data[0] != 0 {
			t.Errorf("%s: bias %v, want 0", c.name, c.d.B.Value.Data[0])
		}
	}
}
