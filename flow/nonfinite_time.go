package flow

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// timeFinder follows the steps of one recurrent layer on their way back.
type timeFinder struct {
	begun  bool
	site   string
	time   int // of the events that come
	steps  int // before it
	growth growth
}

// observeTime takes an event of a step of a sequence. These have norms alone,
// which are not finite where an element is not. The gradients of one step are as
// many elements for each.
func (f *finder) observeTime(e nn.Event) {
	t := &f.time
	switch {
	case t.site != e.Site || !t.begun:
		*t = timeFinder{begun: true, site: e.Site, time: e.Time}
	case t.time != e.Time:
		t.time = e.Time
		t.steps++
	}
	if f.first != nil {
		return
	}
	if !finite(e.In) || !finite(e.Out) {
		f.found("backward", e.Site, e.Stage, 1)
		f.first.Count = 0
		f.first.overTime(e.Time, t.steps, t.growth.mean())
		return
	}
	if e.Stage == nn.StageRecurrent {
		t.growth.add(e.Out)
	}
}

// firstStep returns the first time step of h [T, B, H] that is not finite, and
// by what the norms grew from step to step before it. All directions have h at
// every step; the one that runs backwards comes to the last step first, but
// which it was is not to be seen, so that it counts from the front too.
func firstStep(h *tensor.Tensor) (time, lag int, perStep float64) {
	var g growth
	size := h.Len() / max(h.Dim(0), 1)
	for t := range h.Dim(0) {
		c := kernel.Count(h.Data[t*size : (t+1)*size])
		if c.NonFinite > 0 {
			return t, t, g.mean()
		}
		g.add(math.Sqrt(c.SumSquares))
	}
	return -1, -1, 0
}
