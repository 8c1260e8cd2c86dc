package experiment

import (
	"math"
	"slices"

	"github.com/ebb-ml/ebb/data"
)

// Baseline is the forecast that a model of a series has to beat: that the next
// value is the last one.
type Baseline struct {
	Name string  `json:"name"` // "repeat_last"
	MAE  float64 `json:"mae"`  // on the held-out windows, in the unit of the data
}

// baseline returns the baseline of windows over a series on d; nil for other
// data, and for a series that the target is no input of.
func (e *Experiment) baseline(d *data.Dataset) *Baseline {
	if d == nil || d.Window == 0 || d.Layout != data.Sequences || d.Y == nil || len(d.Targets) != 1 {
		return nil
	}
	at := slices.Index(d.Features, d.Targets[0])
	s := e.Schema.Scaler
	if at < 0 || len(s.TargetMean) != 1 {
		return nil
	}
	steps, sum := d.Steps(), 0.0
	for i := range d.Len() {
		last := float64(d.X.Row(i*steps + steps - 1)[at])*s.Std[at] + s.Mean[at]
		sum += math.Abs(float64(d.Y.Data[i])*s.TargetStd[0] + s.TargetMean[0] - last)
	}
	return &Baseline{"repeat_last", sum / float64(d.Len())}
}
