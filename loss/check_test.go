package loss

import (
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

func TestCheckRefuses(t *testing.T) {
	nan := tensor.Float(math.NaN())
	for _, c := range []struct {
		loss   Loss
		pred   []int
		target *tensor.Tensor
		want   []string
	}{
		{CrossEntropy{}, []int{3, 1}, tensor.From([]tensor.Float{0, 0, 1}, 3), []string{"cross_entropy", "1 output unit:", "row 2", "target 1", "binary_cross_entropy"}},
		{CrossEntropy{}, []int{2, 3}, tensor.From([]tensor.Float{0, 3}, 2), []string{"row 1", "target 3", "from 0 to 2"}},
		{CrossEntropy{}, []int{2, 3}, tensor.From([]tensor.Float{0.5, 1}, 2), []string{"row 0", "target 0.5"}},
		{CrossEntropy{}, []int{2, 3}, tensor.From([]tensor.Float{nan, 1}, 2), []string{"row 0", "NaN"}},
		{CrossEntropy{}, []int{1, 2}, tensor.From([]tensor.Float{-1, 2}, 1, 2), []string{"row 0", "-1", "probability"}},
		{CrossEntropy{}, []int{2, 3}, tensor.New(3, 3), []string{"[2, 3]", "[3, 3]"}},
		{BinaryCrossEntropy{}, []int{3, 1}, tensor.From([]tensor.Float{0, 1, 2}, 3), []string{"row 2", "target 2", "probability from 0 to 1"}},
		{BinaryCrossEntropy{}, []int{2, 3}, tensor.From([]tensor.Float{0, 9}, 2), []string{"row 1", "target 9"}},
		{MSE{}, []int{2, 3}, tensor.From([]tensor.Float{-1, 2}, 2), []string{"mse", "row 0", "target -1"}},
		{MAE{}, []int{2, 1}, tensor.From([]tensor.Float{1, nan}, 2), []string{"row 1", "finite"}},
		{Huber{}, []int{2, 3}, tensor.New(2, 2), []string{"huber", "[2, 3]", "[2, 2]"}},
	} {
		err := Check(c.loss, c.pred, c.target)
		if err == nil {
			t.Errorf("%s %v %v: no error", c.loss.Name(), c.pred, c.target.Data)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not contain %q", err, w)
			}
		}
	}
}

func TestWrongShapesPanicNamingBoth(t *testing.T) {
	panics := func(name string, f func(), want ...string) {
		t.Helper()
		defer func() {
			t.Helper()
			text, _ := recover().(string)
			for _, w := range append(want, name) {
				if !strings.Contains(text, w) {
					t.Errorf("%s: panic %q does not contain %q", name, text, w)
				}
			}
		}()
		f()
	}
	pred, short, three := tensor.New(2, 3), tensor.New(4), tensor.From([]tensor.Float{0, 3}, 2)
	for _, l := range all {
		panics(l.Name(), func() { l.Forward(pred, short) }, "[2, 3]", "[4]")
		panics(l.Name(), func() { l.Backward(tensor.New(2, 3), pred, short) }, "[2, 3]", "[4]")
		panics(l.Name(), func() { l.Backward(tensor.New(5), pred, tensor.New(2, 3)) }, "[2, 3]", "[5]")
		panics(l.Name(), func() { l.Forward(pred, three) }, "3 classes", "from 0 to 2")
	}
}

func TestUnknownNameListsTheKnown(t *testing.T) {
	_, err := New("crossentropy")
	if err == nil || !strings.Contains(err.Error(), `"crossentropy"`) || !strings.Contains(err.Error(), "cross_entropy") {
		t.Errorf("got %v", err)
	}
}
