package data

import (
	"fmt"
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// Scaler fills missing inputs with the mean of their feature and standardizes:
//
//	x' = (x − mean) / std
//
// and likewise the targets of a regression. A feature of sequences is measured
// over all steps of all sequences, and ids stay as they are. Its numbers come from the training
// part alone, so nothing of the held-out rows leaks into training, and it is
// JSON that travels with the model.
type Scaler struct {
	Mean []float64 `json:"mean"` // of each feature
	Std  []float64 `json:"std"`  // population standard deviation; 1 for a constant feature
	Fill []float64 `json:"fill"` // for a missing value: the mean, 0 when there was no value at all

	TargetMean []float64 `json:"target_mean,omitempty"` // nil for a classification
	TargetStd  []float64 `json:"target_std,omitempty"`
}

// FitScaler measures the training part. With standardize false the scaler fills
// missing values and changes nothing else.
func FitScaler(train *Dataset, standardize bool) *Scaler {
	s := &Scaler{}
	if train.IDs > 0 { // names, not amounts
		s.Mean, s.Std = []float64{0}, []float64{1}
	} else {
		s.Mean, s.Std = moments(train.X, train.padding)
	}
	s.Fill = append([]float64(nil), s.Mean...)
	if train.Task == Regression && train.Y != nil {
		s.TargetMean, s.TargetStd = moments(train.Y, nil)
	}
	if !standardize {
		unit(s.Mean, s.Std)
		unit(s.TargetMean, s.TargetStd)
	}
	return s
}

func unit(mean, std []float64) {
	for i := range mean {
		mean[i], std[i] = 0, 1
	}
}

// moments returns mean and standard deviation of each column, leaving out NaN.
// Two passes: the sum of squares around zero would cancel for a year or a date.
//
// Rows for which skip is true don't count; skip may be nil.
func moments(t *tensor.Tensor, skip func(row int) bool) (mean, std []float64) {
	cols := t.Cols()
	mean, std = make([]float64, cols), make([]float64, cols)
	count := make([]float64, cols)
	largest := make([]float64, cols)
	for i := range t.Rows() {
		if skip != nil && skip(i) {
			continue
		}
		for j, v := range t.Row(i) {
			if v == v {
				mean[j] += float64(v)
				count[j]++
				largest[j] = max(largest[j], math.Abs(float64(v)))
			}
		}
	}
	for j := range mean {
		mean[j] /= max(count[j], 1)
	}
	for i := range t.Rows() {
		if skip != nil && skip(i) {
			continue
		}
		for j, v := range t.Row(i) {
			if v == v {
				std[j] += (float64(v) - mean[j]) * (float64(v) - mean[j])
			}
		}
	}
	for j := range std {
		std[j] = math.Sqrt(std[j] / max(count[j], 1))
		// Equal values have a tiny spread around their rounded mean: constant.
		if std[j] <= 1e-12*largest[j] {
			std[j] = 1
		}
	}
	return mean, std
}

// Apply fills and standardizes X, and Y of a regression, in place. It panics
// when d has another number of features than the scaler was fitted on.
func (s *Scaler) Apply(d *Dataset) {
	if d.IDs == 0 {
		s.applyInputs(d)
	}
	if d.Y == nil || s.TargetMean == nil {
		return
	}
	for i := range d.Y.Rows() {
		row := d.Y.Row(i)
		for j, v := range row {
			row[j] = tensor.Float((float64(v) - s.TargetMean[j]) / s.TargetStd[j])
		}
	}
}

func (s *Scaler) applyInputs(d *Dataset) {
	if d.X.Cols() != len(s.Mean) {
		panic(fmt.Sprintf("data.Scaler.Apply: fitted on %d features, got X %s", len(s.Mean), d.X.ShapeString()))
	}
	for i := range d.X.Rows() {
		if d.padding(i) {
			continue
		}
		row := d.X.Row(i)
		for j, v := range row {
			x := float64(v)
			if v != v {
				x = s.Fill[j]
			}
			row[j] = tensor.Float((x - s.Mean[j]) / s.Std[j])
		}
	}
}

// Restore turns standardized predictions (or targets) of a regression, [N,
// targets], back into the unit of the data, in place. For a classification it
// does nothing.
func (s *Scaler) Restore(pred *tensor.Tensor) {
	if s.TargetMean == nil {
		return
	}
	if pred.Cols() != len(s.TargetMean) {
		panic(fmt.Sprintf("data.Scaler.Restore: fitted on %d targets, got %s", len(s.TargetMean), pred.ShapeString()))
	}
	for i := range pred.Rows() {
		row := pred.Row(i)
		for j, v := range row {
			row[j] = tensor.Float(float64(v)*s.TargetStd[j] + s.TargetMean[j])
		}
	}
}

// check refuses a scaler from a file that does not fit or would divide by zero.
func (s *Scaler) check(features, targets int) error {
	if len(s.Mean) != features || len(s.Std) != features || len(s.Fill) != features {
		return fmt.Errorf("scaler: %d means, %d deviations and %d fill values for %d features", len(s.Mean), len(s.Std), len(s.Fill), features)
	}
	if len(s.TargetMean) != targets || len(s.TargetStd) != targets {
		return fmt.Errorf("scaler: %d means and %d deviations for %d targets", len(s.TargetMean), len(s.TargetStd), targets)
	}
	for _, list := range [][]float64{s.Mean, s.Std, s.Fill, s.TargetMean, s.TargetStd} {
		for i, v := range list {
			if !finite(v) {
				return fmt.Errorf("scaler: value %d is %v", i, v)
			}
		}
	}
	for _, list := range [][]float64{s.Std, s.TargetStd} {
		for i, v := range list {
			if v <= 0 {
				return fmt.Errorf("scaler: deviation %d is %v, expected a positive number", i, v)
			}
		}
	}
	return nil
}
