package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// Report is the backward flow of one step, or its mean over several.
type Report struct {
	Steps  int         // steps that it speaks for
	Broken int         // steps left out because the gradient was zero or not finite
	Norm   float64     // ‖∂J/∂h_L‖, the error at the output
	Rows   []Row       // from the output to the input
	Reach  []Reach     // the layers with weights, from the output to the input
	Time   []TimeCurve // the recurrent layers, from the output to the input
}

// SetBounds puts the bounds beside the measurements.
func (r *Report) SetBounds(list []Bound) {
	type key struct {
		where string
		stage nn.Stage
	}
	m := make(map[key]Bound, len(list))
	for _, b := range list {
		m[key{b.Where, b.Stage}] = b
	}
	for i := range r.Rows {
		if b, ok := m[key{r.Rows[i].Where, r.Rows[i].Stage}]; ok {
			r.Rows[i].Bound = b.Gain
		}
	}
	for i := range r.Reach {
		for _, b := range list {
			if b.Where == r.Reach[i].Where && b.Weights {
				r.Reach[i].Bound = b.Reaches
			}
		}
	}
	for _, b := range list {
		SetTimeBounds(r.Time, b.Steps)
	}
}

// SetTimeBounds puts the bounds of a step beside the curves of their layers.
func SetTimeBounds(curves []TimeCurve, list []StepBound) {
	for i := range curves {
		for k := range list {
			if list[k].Where == curves[i].Where {
				curves[i].Limits = &list[k]
			}
		}
	}
}

// Total returns the decades between the error at the output and the last stage
// that was measured: the sum over the main chain, negative for a loss.
func (r *Report) Total() float64 {
	var sum float64
	for _, row := range r.Rows {
		if row.Depth == 0 {
			sum += row.Decades
		}
	}
	return sum
}

// Share is the decades that one kind of factor took.
type Share struct {
	Stage   nn.Stage `json:"stage"`
	Decades Number   `json:"decades"`
}

// ByStage splits [Report.Total] by factor, in the order of their appearance.
func (r *Report) ByStage() []Share {
	var list []Share
next:
	for _, row := range r.Rows {
		if row.Depth != 0 {
			continue
		}
		for i := range list {
			if list[i].Stage == row.Stage {
				list[i].Decades += Number(row.Decades)
				continue next
			}
		}
		list = append(list, Share{row.Stage, Number(row.Decades)})
	}
	return list
}

// Growth is how fast the gradient grows on its way back.
type Growth struct {
	PerStage float64 // geometric mean gain of the stages of the main chain
	Left     float64 // more such stages until a norm passes MaxFloat32; +Inf when it does not grow
}

// Growth extrapolates the main chain.
func (r *Report) Growth() Growth {
	n, norm := 0, r.Norm
	for _, row := range r.Rows {
		if row.Depth == 0 {
			n++
			norm = row.Out
		}
	}
	g := Growth{PerStage: 1, Left: math.Inf(1)}
	if n > 0 {
		g.PerStage = math.Pow(10, r.Total()/float64(n))
	}
	if g.PerStage > 1 {
		g.Left = math.Max(0, math.Log(math.MaxFloat32/norm)/math.Log(g.PerStage))
	}
	return g
}
