package train

import (
	"fmt"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Evaluate returns the metrics of the model on a data set, running inference on
// batch rows or sequences at a time; 0 is 256, and fewer of long sequences. Sums
// are in float64, so the figures do not depend on batch (to rounding at 1e-12).
// Where the targets were standardized, scaler brings MAE, RMSE and R² back to the
// unit of the data; nil leaves them. Where each step has a target, every one of
// them counts, but for padding.
//
// A stream is run as up to 32 streams side by side, each from a state of zeros.
//
// It returns an error for a data set without rows or targets and for targets
// that do not fit the loss and the model's output.
func Evaluate(model nn.Layer, l loss.Loss, d *data.Dataset, batch int, scaler *data.Scaler) (Metrics, error) {
	var m Metrics
	switch {
	case d.Len() == 0:
		return m, fmt.Errorf("%s has no rows to evaluate on", d.Name)
	case batch < 0:
		return m, fmt.Errorf("batch: got %d, expected a number of rows, or 0 for %d", batch, chunkRows)
	}
	if err := checkTargets(model, l, d); err != nil {
		return m, err
	}
	var t tally
	if d.Task == data.Classification {
		t = &classTally{logit: l.Name() == "binary_cross_entropy", classes: len(d.Classes)}
	} else {
		t = newValueTally(d, scaler)
	}
	sum := 0.0
	infer(&nn.Pass{}, model, d, batch, func(p *nn.Pass, _ int, b data.Batch, pred *tensor.Tensor) {
		y := b.Y
		if b.PerStep && b.Lengths != nil {
			pred, y = pack(&p.Arena, pred, b.Lengths), pack(&p.Arena, y, b.Lengths)
		}
		n := targets(b)
		m.Rows += n
		sum += l.Forward(pred, y) * float64(n)
		t.add(y, pred)
	})
	m.Loss = sum / float64(m.Rows)
	t.finish(&m)
	return m, nil
}

// checkTargets refuses targets that the loss would panic for, or that the
// metrics have no figure for. One step of one example is enough to know the
// output's shape.
func checkTargets(model nn.Layer, l loss.Loss, d *data.Dataset) error {
	if d.Y == nil {
		return fmt.Errorf("%s has no targets", d.Name)
	}
	var p nn.Pass
	b := d.Batch(&p.Arena, 0, 1)
	if d.Layout != data.Rows {
		b.X = entries(&p.Arena, b.X, 0, 1)
	}
	out := model.Forward(&p, b.X)
	shape := append([]int(nil), out.Shape()...)
	switch {
	case d.Layout == data.Rows || !b.PerStep && out.Rank() == 2:
		shape[0] = d.Len()
	case !b.PerStep:
		return fmt.Errorf("%s has one target for each sequence, the network's outputs are %s: its last recurrent layer must return the last state alone", d.Name, tensor.ShapeString(shape))
	case out.Rank() != 3:
		return fmt.Errorf("%s has a target for each step, the network gives one output for a sequence: its recurrent layers must return all states", d.Name)
	case d.Layout == data.Stream:
		shape = []int{d.Len(), out.Cols()}
	default:
		shape[0], shape[1] = d.Len(), d.Steps()
	}
	if err := loss.Check(l, shape, d.Y); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	elements := 1
	for _, n := range shape {
		elements *= n
	}
	if d.Task == data.Regression && elements != d.Y.Len() {
		return fmt.Errorf("%s: a regression of shape %s needs as many outputs, the network's are %s",
			d.Name, d.Y.ShapeString(), tensor.ShapeString(shape))
	}
	return nil
}
