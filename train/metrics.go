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
	Rows int     `json:"rows"`

	Accuracy  *float64 `json:"accuracy,omitempty"`  // share of rows with the right class
	Confusion [][]int  `json:"confusion,omitempty"` // [true class][predicted class], counts

	// Of a regression, in the unit of the data. R2 is 1 − Σ(t−p)²/Σ(t−t̄)², the
	// mean over the targets; a constant target has 1 where it is met exactly
	// and 0 otherwise.
	MAE  *float64 `json:"mae,omitempty"`
	RMSE *float64 `json:"rmse,omitempty"`
	R2   *float64 `json:"r2,omitempty"`
}

// tally adds up metrics over chunks of rows.
type tally interface {
	add(lo, hi int, pred *tensor.Tensor)
	finish(m *Metrics)
}

// classTally counts classes. The class of one unit is found where the loss puts
// the border: at 0 for the logit of binary_cross_entropy; for another loss the
// output is the class index itself, or the probability of class 1, and is
// rounded to the nearest class. Of several units the largest counts.
type classTally struct {
	y         *tensor.Tensor
	logit     bool
	classes   int
	confusion [][]int
	right     int
}

func (c *classTally) add(lo, hi int, pred *tensor.Tensor) {
	if c.confusion == nil {
		c.classes = max(c.classes, pred.Cols(), 2)
		for range c.classes {
			c.confusion = append(c.confusion, make([]int, c.classes))
		}
	}
	for r := lo; r < hi; r++ {
		truth := int(c.y.Data[r])
		if row := pred.Row(r - lo); truth >= 0 && truth < c.classes {
			guess := c.class(row)
			c.confusion[truth][guess]++
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
	y           *tensor.Tensor
	mean, std   []float64 // of the unit of the data; nil when it is the network's
	targetMeans []float64
	absolute    float64
	squares     []float64 // Σ(t−p)² of each target
	spread      []float64 // Σ(t−t̄)²
}

func newValueTally(y *tensor.Tensor, scaler *data.Scaler) *valueTally {
	n := y.Cols()
	if y.Rank() == 1 {
		n = 1
	}
	v := &valueTally{y: y, targetMeans: make([]float64, n), squares: make([]float64, n), spread: make([]float64, n)}
	if scaler != nil && len(scaler.TargetMean) == n {
		v.mean, v.std = scaler.TargetMean, scaler.TargetStd
	}
	for i := range y.Data {
		v.targetMeans[i%n] += v.unit(y.Data[i], i%n)
	}
	for j := range v.targetMeans {
		v.targetMeans[j] /= float64(max(y.Len()/n, 1))
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

func (v *valueTally) add(lo, hi int, pred *tensor.Tensor) {
	n := len(v.squares)
	for i, x := range pred.Data {
		j := i % n
		t := v.unit(v.y.Data[lo*n+i], j)
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
