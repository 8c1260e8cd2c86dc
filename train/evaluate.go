package train

import (
	"fmt"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Evaluate returns the metrics of the model on a data set, running inference on
// batch rows at a time; 0 is 256. Sums are in float64, so the figures do not
// depend on batch (to rounding at 1e-12). Where the targets were standardized,
// scaler brings MAE, RMSE and R² back to the unit of the data; nil leaves them.
//
// It returns an error for a data set without rows or targets and for targets
// that do not fit the loss and the model's output.
func Evaluate(model nn.Layer, l loss.Loss, d *data.Dataset, batch int, scaler *data.Scaler) (Metrics, error) {
	m := Metrics{Rows: d.Len()}
	switch {
	case m.Rows == 0:
		return m, fmt.Errorf("%s has no rows to evaluate on", d.Name)
	case batch < 0:
		return m, fmt.Errorf("batch: got %d, expected a number of rows, or 0 for %d", batch, chunkRows)
	case batch == 0:
		batch = chunkRows
	}
	if err := checkTargets(model, l, d); err != nil {
		return m, err
	}
	var t tally
	if d.Task == data.Classification {
		t = &classTally{y: d.Y, logit: l.Name() == "binary_cross_entropy", classes: len(d.Classes)}
	} else {
		t = newValueTally(d.Y, scaler)
	}
	var p nn.Pass // for views of the targets
	sum := 0.0
	infer(&nn.Pass{}, model, d.X, batch, func(lo, hi int, pred *tensor.Tensor) {
		p.Reset()
		sum += l.Forward(pred, rows(&p, d.Y, lo, hi)) * float64(hi-lo)
		t.add(lo, hi, pred)
	})
	m.Loss = sum / float64(m.Rows)
	t.finish(&m)
	return m, nil
}

// checkTargets refuses targets that the loss would panic for, or that the
// metrics have no figure for. One row is enough to know the output's shape.
func checkTargets(model nn.Layer, l loss.Loss, d *data.Dataset) error {
	if d.Y == nil {
		return fmt.Errorf("%s has no targets", d.Name)
	}
	var p nn.Pass
	out := model.Forward(&p, rows(&p, d.X, 0, 1))
	shape := append([]int(nil), out.Shape()...)
	shape[0] = d.Len()
	if err := loss.Check(l, shape, d.Y); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	if d.Task == data.Regression && out.Len()*d.Len() != d.Y.Len() {
		return fmt.Errorf("%s: a regression of shape %s needs as many outputs, the network's are %s",
			d.Name, d.Y.ShapeString(), tensor.ShapeString(shape))
	}
	return nil
}
