package flow

import (
	"math"
	"slices"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// TimeOptions says how [ThroughTime] measures. The zero value injects a random
// gradient.
type TimeOptions struct {
	// LossOf writes the gradient of the loss of pred to dpred and returns the
	// loss. Nil gives standard normal numbers instead, of norm 1 together.
	LossOf func(dpred, pred *tensor.Tensor) float64

	// Lengths are those of [nn.Pass.Lengths]. The curve is that of the rows which
	// are as long as the longest: x is cut there, and where rows differ, those
	// that are shorter get no gradient.
	Lengths []int

	// Seed is that of the random gradient.
	Seed uint64
}

// ThroughTime measures the flow through time from the last step alone: a
// recorded forward pass over x, [T, B, …], time first, and a backward pass that
// begins with the gradient of the last step of the prediction, the others being
// zero. Where the model's prediction has no steps, for its recurrent layers
// return their last state, that is the whole gradient. Of a direction that runs
// backwards in time the last step is that of time 0. Curves come with all that
// [TimeCurve] holds, bounds and shares included.
//
// The model stays as it is: weights, gradients, running statistics, which are
// used as in inference, and any [nn.State]. What its layers had recorded for a
// Backward to come is lost.
func ThroughTime(model nn.Layer, x *tensor.Tensor, o TimeOptions) []TimeCurve {
	layers := recurrentsOf(model)
	if o.Lengths != nil && x.Rank() > 1 && len(o.Lengths) > 0 {
		x = cut(x, slices.Max(o.Lengths))
	}
	if len(layers) == 0 || x.Len() == 0 {
		return nil
	}
	var kept [][]tensor.Float
	for _, q := range model.Params() {
		if q.Grad != nil {
			kept = append(kept, append([]tensor.Float(nil), q.Grad.Data...))
		}
	}
	curves := throughTime(model, layers, x, o, false)
	for _, l := range layers {
		if l.direction.Reverse() && !layers[0].layer.Config().Last {
			other := throughTime(model, layers, x, o, true)
			for i := range curves {
				if l := layers.at(curves[i].Where); l != nil && l.direction.Reverse() {
					curves[i] = other[i]
				}
			}
			break
		}
	}
	for _, q := range model.Params() {
		if q.Grad != nil {
			copy(q.Grad.Data, kept[0])
			kept = kept[1:]
		}
	}
	SetTimeBounds(curves, StepBounds(model))
	return curves
}

// throughTime makes one way forwards and back, from the first step where
// reverse is set.
func throughTime(model nn.Layer, layers recurrents, x *tensor.Tensor, o TimeOptions, reverse bool) []TimeCurve {
	rec := NewRecorder(model)
	rec.atLast = true
	p := &nn.Pass{Record: true, Lengths: o.Lengths, Probe: rec}
	p.Reset()
	nn.ZeroGrad(model.Params())
	pred := model.Forward(p, x)
	paths := make([][]float64, len(layers))
	for i, l := range layers {
		if l.layer.Kind() == "gru" {
			paths[i] = keptPath(l.direction, o.Lengths)
		}
	}
	dpred := p.Arena.Like(pred)
	if o.LossOf != nil {
		o.LossOf(dpred, pred)
	} else {
		rng := tensor.NewRNG(o.Seed, 0x74696d65)
		for i := range dpred.Data {
			dpred.Data[i] = tensor.Float(rng.Normal())
		}
	}
	if pred.Rank() == 3 && x.Rank() > 1 && pred.Dim(0) == x.Dim(0) && pred.Dim(1) == x.Dim(1) {
		leaveStep(dpred, reverse)
	}
	for b, n := range o.Lengths {
		for at := b; n < x.Dim(0) && at < dpred.Rows(); at += len(o.Lengths) {
			clear(dpred.Row(at))
		}
	}
	if o.LossOf == nil {
		if n := math.Sqrt(kernel.SumSquares(dpred.Data)); n > 0 {
			kernel.Scale(dpred.Data, tensor.Float(1/n))
		}
	}
	p.ReportLoss(dpred)
	model.Backward(p, dpred)
	curves := rec.Last().Time
	for i := range curves {
		c := &curves[i]
		for k, l := range layers {
			if l.site == c.Where {
				c.setShares(l.direction)
				for lag := range paths[k] {
					c.Points[lag].Path = paths[k][lag]
				}
			}
		}
	}
	return curves
}

// cut returns the first steps of x.
func cut(x *tensor.Tensor, steps int) *tensor.Tensor {
	if steps >= x.Dim(0) {
		return x
	}
	dims := append([]int{steps}, x.Shape()[1:]...)
	return tensor.From(x.Data[:x.Len()/x.Dim(0)*steps], dims...)
}

// leaveStep makes all of dpred [T, B, …] zero but the last step, or the first.
func leaveStep(dpred *tensor.Tensor, first bool) {
	size := dpred.Len() / dpred.Dim(0)
	if first {
		clear(dpred.Data[size:])
		return
	}
	clear(dpred.Data[:dpred.Len()-size])
}

// setShares fills in what each step adds to the gradient of W_hh.
func (c *TimeCurve) setShares(d nn.Direction) {
	sum := math.Sqrt(kernel.SumSquares(d.Recurrent().Grad.Data))
	for k := range c.Points {
		c.Points[k].Share = ratio(d.Term(len(c.Points)-1-k), sum)
	}
}

// keptPath returns, by lag, the root of the mean square over rows and units of
// the product of what the steps after it keep; of the rows that have all steps.
func keptPath(d nn.Direction, lengths []int) []float64 {
	steps, batch := d.Steps()
	if batch == 0 || steps == 0 {
		return nil
	}
	h := len(d.Kept(0, 0))
	product, full := make([]tensor.Float, batch*h), 0
	for b := range batch {
		if lengths == nil || lengths[b] >= steps {
			full += h
			for i := range h {
				product[b*h+i] = 1
			}
		}
	}
	list := make([]float64, steps)
	for k := range list {
		list[k] = math.Sqrt(kernel.SumSquares(product) / float64(full))
		for b := range batch {
			z := d.Kept(steps-1-k, b)
			row := product[b*len(z) : (b+1)*len(z)]
			kernel.Mul(row, row, z)
		}
	}
	return list
}

// Reached returns the number of lags, from 0 on, whose steps make the given share
// of the gradient of W_hh, by the sum of the norms of what each adds; 0 where
// that was not measured.
func (c *TimeCurve) Reached(share float64) int {
	total, sum := 0.0, 0.0
	for _, p := range c.Points {
		total += p.Share
	}
	for k, p := range c.Points {
		if sum += p.Share; sum >= share*total {
			return k + 1
		}
	}
	return 0
}
