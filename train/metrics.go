package train

import (
	"math"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
)

// Metrics says how good predictions are. A figure that does not apply to the
// task is nil.
type Metrics struct {
	Loss float64 `json:"loss"` // mean over the rows
	Rows int     `json:"rows"` // or targets, where each step of a sequence has one

	Accuracy  *float64 `json:"accuracy,omitempty"`  // share of rows with the right class
	Confusion [][]int  `json:"confusion,omitempty"` // [true class][predicted class], counts; nil of more than 200 classes

	// Of a regression, in the unit of the data. R2 is 1 − Σ(t−p)²/Σ(t−t̄)², the
	// mean over the targets; a constant target has 1 where it is met exactly
	// and 0 otherwise.
	MAE  *float64 `json:"mae,omitempty"`
	RMSE *float64 `json:"rmse,omitempty"`
	R2   *float64 `json:"r2,omitempty"`
}

// tally adds up metrics over chunks of rows: targets and their predictions.
type tally interface {
	add(y, pred *tensor.Tensor)
	finish(m *Metrics)
}

// maxConfusion is the largest number of classes with a confusion matrix: that of
// a text's characters would be larger than the model.
const maxConfusion = 200

// classTally counts classes. The class of one unit is found where the loss puts
// the border: at 0 for the logit of binary_cross_entropy; for another loss the
// output is the class index itself, or the probability of class 1, and is
// rounded to the nearest class. Of several units the largest counts.
type classTally struct {
	logit     bool
	classes   int
	confusion [][]int
	right     int
}

func (c *classTally) add(y, pred *tensor.Tensor) {
	c.classes = max(c.classes, pred.Cols(), 2)
	for len(c.confusion) < c.classes && c.classes <= maxConfusion {
		c.confusion = append(c.confusion, make([]int, c.classes))
	}
	for r := range pred.Rows() {
		truth := int(y.Data[r])
		if row := pred.Row(r); truth >= 0 && truth < c.classes {
			guess := c.class(row)
			if c.confusion != nil {
				c.confusion[truth][guess]++
			}
			if guess == truth {
				c.right++
			}
		}
	}
}

func (c *classTally) class(row []tensor.Float) int {
	if len(row) > 1 {
		best := 0
		for i, v := range row {
			if v > row[best] {
				best = i
			}
		}
		return best
	}
	v := float64(row[0])
	switch {
	case c.logit && v > 0:
		return 1
	case c.logit || !(v > 0.5):
		return 0
	}
	return int(math.Min(math.Round(v), float64(c.classes-1)))
}

func (c *classTally) finish(m *Metrics) {
	accuracy := float64(c.right) / float64(m.Rows)
	m.Accuracy, m.Confusion = &accuracy, c.confusion
}

// valueTally adds up the errors of a regression.
type valueTally struct {
	mean, std   []float64 // of the unit of the data; nil when it is the network's
	targetMeans []float64
	absolute    float64
	squares     []float64 // Σ(t−p)² of each target
	spread      []float64 // Σ(t−t̄)²
}

func newValueTally(d *data.Dataset, scaler *data.Scaler) *valueTally {
	n := d.Y.Cols()
	if d.Y.Rank() == 1 || d.PerStep && d.Y.Rank() == 2 {
		n = 1
	}
	v := &valueTally{targetMeans: make([]float64, n), squares: make([]float64, n), spread: make([]float64, n)}
	if scaler != nil && len(scaler.TargetMean) == n {
		v.mean, v.std = scaler.TargetMean, scaler.TargetStd
	}
	count := 0
	for i := range d.Y.Data {
		if d.PerStep && d.Lengths != nil {
			if at := i / n; at%d.Steps() >= d.Lengths[at/d.Steps()] {
				continue
			}
		}
		v.targetMeans[i%n] += v.unit(d.Y.Data[i], i%n)
		count++
	}
	for j := range v.targetMeans {
		v.targetMeans[j] /= float64(max(count/n, 1))
	}
	return v
}

// unit turns a value of target j into the unit of the data.
func (v *valueTally) unit(x tensor.Float, j int) float64 {
	if v.mean == nil {
		return float64(x)
	}
	return float64(x)*v.std[j] + v.mean[j]
}

func (v *valueTally) add(y, pred *tensor.Tensor) {
	n := len(v.squares)
	for i, x := range pred.Data {
		j := i % n
		t := v.unit(y.Data[i], j)
		e := t - v.unit(x, j)
		v.absolute += math.Abs(e)
		v.squares[j] += e * e
		v.spread[j] += (t - v.targetMeans[j]) * (t - v.targetMeans[j])
	}
}

func (v *valueTally) finish(m *Metrics) {
	n := float64(len(v.squares))
	mae, sum, r2 := v.absolute/(float64(m.Rows)*n), 0.0, 0.0
	for j, s := range v.squares {
		sum += s
		switch {
		case v.spread[j] > 0:
			r2 += 1 - s/v.spread[j]
		case s == 0:
			r2++
		}
	}
	rmse := math.Sqrt(sum / (float64(m.Rows) * n))
	r2 /= n
	m.MAE, m.RMSE, m.R2 = &mae, &rmse, &r2
}
