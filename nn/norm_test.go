package nn_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// A training batch of one row has no variance: it goes by the running
// statistics, and leaves them alone.
func TestBatchNormOfOneRow(t *testing.T) {
	l := nn.NewBatchNorm(2)
	l.Mean.Value.Data[0], l.Var.Value.Data[0] = 3, 4
	p := nn.NewTrainingPass()
	y := l.Forward(p, tensor.From([]tensor.Float{5, 1}, 1, 2))
	if want := 1.0; math.Abs(float64(y.Data[0])-want) > 1e-5 {
		t.Errorf("y = %v, want %v", y.Data[0], want)
	}
	if l.Mean.Value.Data[0] != 3 || l.Var.Value.Data[0] != 4 {
		t.Errorf("running statistics moved to %v and %v", l.Mean.Value.Data, l.Var.Value.Data)
	}
}

// What dropout drops depends on its seed and the step alone, keeps the mean,
// and drops the share that it was told.
func TestDropout(t *testing.T) {
	x := tensor.New(100, 100)
	x.Fill(1)
	run := func(seed, step uint64) *tensor.Tensor {
		p := &nn.Pass{Train: true, Step: step}
		return nn.NewDropout(0.3, seed).Forward(p, x)
	}
	equal := func(a, b *tensor.Tensor) bool {
		for i := range a.Data {
			if a.Data[i] != b.Data[i] {
				return false
			}
		}
		return true
	}
	if !equal(run(1, 5), run(1, 5)) {
		t.Error("the same seed and step drop different elements")
	}
	if equal(run(1, 5), run(1, 6)) || equal(run(1, 5), run(2, 5)) {
		t.Error("another step or seed drops the same elements")
	}
	dropped, sum := 0, 0.0
	for _, v := range run(1, 5).Data {
		if v == 0 {
			dropped++
		}
		sum += float64(v)
	}
	// Four standard deviations of 10⁴ draws.
	if share := float64(dropped) / 1e4; math.Abs(share-0.3) > 4*math.Sqrt(0.3*0.7/1e4) {
		t.Errorf("dropped %v of the elements, want 0.3", share)
	}
	if mean := sum / 1e4; math.Abs(mean-1) > 0.03 {
		t.Errorf("mean %v, want 1", mean)
	}
	if y := nn.NewDropout(0.3, 1).Forward(&nn.Pass{}, x); y != x {
		t.Error("inference does not return x itself")
	}
}
