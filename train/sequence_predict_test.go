package train_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// Figures don't depend on how the sequences are cut into batches, padding has no
// part in them, and predictions are those of each sequence alone.
func TestEvaluateSequences(t *testing.T) {
	for _, perStep := range []bool{false, true} {
		d := sequences(23, 8, true, perStep, 6)
		m := recurrentModel(1, !perStep)
		want, err := train.Evaluate(m, loss.MSE{}, d, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := train.PredictData(m, d)
		for _, batch := range []int{0, 5, 23} {
			got, err := train.Evaluate(m, loss.MSE{}, d, batch, nil)
			if err != nil || got.Rows != want.Rows || math.Abs(got.Loss-want.Loss) > 1e-6 || math.Abs(*got.R2-*want.R2) > 1e-6 {
				t.Errorf("batch %d: %+v, %v, expected %+v", batch, got, err, want)
			}
		}
		sum, count := 0.0, 0
		for i, n := range d.Lengths {
			x := tensor.New(n, 1, 2)
			copy(x.Data, d.X.Data[i*16:i*16+2*n])
			y := m.Forward(&nn.Pass{}, x)
			for s := range y.Rows() {
				at := i
				if perStep {
					at = i*8 + s
				}
				if all.Data[at] != y.Data[s] {
					t.Fatalf("per step %v: prediction of sequence %d, step %d is %v, alone %v", perStep, i, s, all.Data[at], y.Data[s])
				}
				e := float64(y.Data[s]) - float64(d.Y.Data[at])
				sum += e * e
				count++
			}
		}
		if want.Rows != count || math.Abs(want.Loss-sum/float64(count)) > 1e-6*want.Loss {
			t.Errorf("per step %v: loss %v of %d, expected %v of %d", perStep, want.Loss, want.Rows, sum/float64(count), count)
		}
	}
}

// Every character of a text is evaluated once, in streams side by side.
func TestEvaluateText(t *testing.T) {
	d, m := text(5003), textModel()
	got, err := train.Evaluate(m, loss.CrossEntropy{}, d, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 5003 || got.Accuracy == nil {
		t.Fatalf("%+v", got)
	}
	// One stream from its beginning differs by the state at 8 beginnings alone.
	logits := train.PredictData(m, d)
	sum := loss.CrossEntropy{}.Forward(logits, d.Y)
	if math.Abs(sum-got.Loss) > 0.01 {
		t.Errorf("loss %v, of one stream %v", got.Loss, sum)
	}
}

func TestPredictSequences(t *testing.T) {
	d, m := sequences(4, 7, true, false, 1), recurrentModel(1, true)
	var a tensor.Arena
	b := d.Batch(&a, 0, 4)
	p := train.NewPredictor(m)
	dst := tensor.New(4, 1)
	predict := func() { p.PredictSequences(dst, b.X, b.Lengths, nil) }
	predict()
	for i, v := range train.PredictData(m, d).Data {
		if dst.Data[i] != v {
			t.Errorf("sequence %d: %v, expected %v", i, dst.Data[i], v)
		}
	}
	if n := testing.AllocsPerRun(10, predict); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
