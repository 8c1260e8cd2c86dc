package train_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

func column(values ...tensor.Float) *tensor.Tensor { return tensor.From(values, len(values), 1) }

func TestRegressionMetrics(t *testing.T) {
	// Predictions are the inputs. The figures are worked out by hand: the
	// targets have the standardized values 0, 1, 2, 3, that is 10, 12, 14, 16.
	d := &data.Dataset{Name: "d", X: column(0, 1, 2, 5), Y: column(0, 1, 2, 3)}
	scaler := &data.Scaler{TargetMean: []float64{10}, TargetStd: []float64{2}}
	m, err := train.Evaluate(nn.NewIdentity(), loss.MSE{}, d, 3, scaler)
	if err != nil {
		t.Fatal(err)
	}
	if m.Loss != 1 || *m.MAE != 1 || *m.RMSE != 2 || math.Abs(*m.R2-(1-16.0/20)) > 1e-15 || m.Accuracy != nil {
		t.Errorf("loss %v mae %v rmse %v r2 %v", m.Loss, *m.MAE, *m.RMSE, *m.R2)
	}
}

func TestClassOfOneUnit(t *testing.T) {
	d := &data.Dataset{Name: "d", X: column(-2, -0.1, 0.4, 0.6, 3), Y: tensor.From([]tensor.Float{0, 1, 1, 1, 0}, 5),
		Task: data.Classification, Classes: []string{"no", "yes"}}
	for _, c := range []struct {
		model nn.Layer
		loss  loss.Loss
		want  [][]int
	}{
		{nn.NewIdentity(), loss.BinaryCrossEntropy{}, [][]int{{1, 1}, {1, 2}}}, // border at logit 0
		{nn.NewIdentity(), loss.MSE{}, [][]int{{1, 1}, {2, 1}}},                // border at ½
		{nn.NewSigmoid(), loss.MSE{}, [][]int{{1, 1}, {1, 2}}},                 // ½ is logit 0
	} {
		m, err := train.Evaluate(c.model, c.loss, d, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(m.Confusion, c.want, slices.Equal[[]int]) {
			t.Errorf("%s after %s: confusion %v, expected %v", c.loss.Name(), nn.KindOf(c.model), m.Confusion, c.want)
		}
		if want := float64(c.want[0][0]+c.want[1][1]) / 5; *m.Accuracy != want {
			t.Errorf("accuracy %v, expected %v", *m.Accuracy, want)
		}
	}
}

func TestEvaluateDoesNotDependOnTheBatch(t *testing.T) {
	d, model := clusters(517, 9), mixed()
	whole, err := train.Evaluate(model, loss.CrossEntropy{}, d, 517, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{0, 1, 7, 100, 1000} {
		m, err := train.Evaluate(model, loss.CrossEntropy{}, d, batch, nil)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(m.Loss-whole.Loss) > 1e-12*whole.Loss || *m.Accuracy != *whole.Accuracy {
			t.Errorf("batch %d: loss %v accuracy %v, in one batch %v and %v", batch, m.Loss, *m.Accuracy, whole.Loss, *whole.Accuracy)
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	d := clusters(5, 1)
	unknown := *d
	unknown.Y = nil
	none := &data.Dataset{Name: "none", X: tensor.New(0, 8), Y: tensor.New(0), Task: data.Classification}
	far := *d
	far.Y = tensor.From([]tensor.Float{0, 1, 2, 3, 0}, 5)
	for _, c := range []struct {
		d    *data.Dataset
		want string
	}{{&unknown, "no targets"}, {none, "no rows"}, {&far, "3"}} {
		if _, err := train.Evaluate(mixed(), loss.CrossEntropy{}, c.d, 0, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, expected an error with %q", err, c.want)
		}
	}
}

func TestPredictConcurrently(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	d, model := clusters(600, 2), mixed()
	want := model.Forward(&nn.Pass{}, d.X).Clone()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := train.Predict(model, d.X)
			if !got.SameShape(want) || !slices.Equal(got.Data, want.Data) {
				t.Error("a chunked prediction differs from one in a single pass")
			}
		})
	}
	wg.Wait()
	if got := train.Predict(model, tensor.New(0, 8)); got.ShapeString() != "[0, 3]" {
		t.Errorf("no rows: got %s", got.ShapeString())
	}
}
