package loss

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Check tells whether a network whose predictions have the given shape,
// [..., units], can be trained on the targets with this loss. Targets come from
// outside and Forward panics for those that don't fit, so call Check with the
// whole data set's targets before training: the shape is then [examples, units].
//
// It refuses: shapes that do not go together; values that are not finite; class
// indices that are not whole numbers from 0 to units−1; and, for the
// cross-entropies, probabilities outside [0, 1]. The error names the first such
// row, what it has and what was expected. What is merely unwise (class indices
// with mse, one unit for many classes with mse) passes. A loss from outside
// this package is not checked.
func Check(l Loss, predShape []int, target *tensor.Tensor) error {
	f, probabilities := formOf(predShape, target), true
	switch l.(type) {
	case CrossEntropy:
		f = choiceFormOf(predShape, target)
	case BinaryCrossEntropy:
	case MSE, MAE, Huber:
		probabilities = false
	default:
		return nil
	}
	rows, units := matrix(predShape)
	switch f {
	case classes:
		return checkClasses(l.Name(), units, target.Data)
	case elements:
		return checkElements(l.Name(), units, target.Data, probabilities)
	}
	return fmt.Errorf("%s: predictions of shape %s do not go with targets of shape %s: expected as many elements, or one class index for each of the %d rows",
		l.Name(), tensor.ShapeString(predShape), target.ShapeString(), rows)
}

func checkClasses(name string, units int, target []tensor.Float) error {
	for r, v := range target {
		if _, ok := class(v, units); ok {
			continue
		}
		advice := ""
		if units == 1 && v >= 1 {
			advice = "; one unit cannot choose: it needs a unit for each class, or binary_cross_entropy"
		}
		return fmt.Errorf("%s with %s: row %d has the target %v, expected a class index from 0 to %d%s",
			name, plural(units, "output unit"), r, v, units-1, advice)
	}
	return nil
}

func checkElements(name string, units int, target []tensor.Float, probabilities bool) error {
	for i, v := range target {
		want := ""
		switch {
		case v-v != 0:
			want = "a finite number"
		case probabilities && (v < 0 || v > 1):
			want = "a probability from 0 to 1"
		default:
			continue
		}
		return fmt.Errorf("%s with %s: row %d has the target %v, expected %s",
			name, plural(units, "output unit"), i/units, v, want)
	}
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
