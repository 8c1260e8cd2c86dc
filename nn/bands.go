package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// banded is a layer whose every output row depends on the same row of the input
// alone. A chain of such layers need not wait for one another's whole batch:
// [Sequential] takes a band of rows through all of them while it is in the
// cache, and bands are shared out among threads, which meet once for the chain
// and not once for each layer.
//
// The begin methods check shapes and take memory, before any band is computed;
// forwardRows and backwardRows then write rows lo..hi and nothing else.
//
// Whether a layer is one is asked of [asBanded] and not by a type assertion: a
// layer from outside that embeds a [Dense] to change what it does has these
// methods too, and means its own Forward and Backward to be called.
type banded interface {
	Layer
	begin(p *Pass, x *tensor.Tensor) (y *tensor.Tensor)
	forwardRows(x, y *tensor.Tensor, lo, hi int)
	beginBackward(p *Pass, dy *tensor.Tensor) (dx *tensor.Tensor)
	backwardRows(dy, dx *tensor.Tensor, lo, hi int)
	weightGradient(p *Pass, dy *tensor.Tensor) // of the whole batch, once
}

// asBanded returns the layer as a banded one, or nil.
func asBanded(l Layer) banded {
	switch l := l.(type) {
	case *Dense:
		return l
	case *Activation:
		return l
	}
	return nil
}

const (
	// elementCost is what an element of an activation costs in multiply-adds of
	// a product.
	elementCost = 16

	// wideWeights is the number of weights above which a matrix does not stay
	// in a core's cache from band to band: such a layer is computed for the
	// whole batch at once.
	wideWeights = 1 << 18

	// Below sharedWork multiply-adds, some tens of microseconds, a chain is
	// run by one thread; above, a band is that much work at the most.
	sharedWork       = 1 << 22
	minBand, maxBand = 16, 64
)

// span is a part of a [Sequential]: layers from..to-1, all of them banded or a
// single one that is not.
type span struct {
	from, to int
	banded   bool
	wide     bool // a dense layer above wideWeights, and a ReLU in its product
	cost     int  // of a row, in multiply-adds or what takes as long
}

// spansOf cuts layers into spans as long as possible.
func spansOf(layers []Layer) []span {
	var spans []span
	width := 1 // of a row, as far as it is known
	for i := 0; i < len(layers); {
		ok := asBanded(layers[i]) != nil
		s := span{from: i, to: i + 1, banded: ok, wide: isWide(layers[i])}
		for s.to < len(layers) && ok && s.takes(layers[s.to]) {
			s.to++
		}
		for _, l := range layers[i:s.to] {
			if d, ok := l.(*Dense); ok {
				s.cost += d.In() * d.Out()
				width = d.Out()
			} else {
				s.cost += elementCost * width
			}
		}
		spans = append(spans, s)
		i = s.to
	}
	return spans
}

// takes reports whether the layer that follows belongs to the span.
func (s span) takes(l Layer) bool {
	if s.wide {
		return s.to == s.from+1 && isReLU(l)
	}
	return asBanded(l) != nil && !isWide(l)
}

func isWide(l Layer) bool {
	d, ok := l.(*Dense)
	return ok && d.In()*d.Out() > wideWeights
}

func isReLU(l Layer) bool {
	a, ok := l.(*Activation)
	return ok && a.phi.name == "relu"
}

// bandTask is one way of a span of layers over the rows of a batch. It lives in
// the pass, so that sharing it out allocates nothing.
type bandTask struct {
	layers   []Layer
	tensors  []*tensor.Tensor // forwards: x and the output of each layer; backwards: dx of each layer, and dy
	backward bool
}

// bandRows is how many rows go through all layers before the next ones do.
const bandRows = 64

// Run takes rows lo..hi through the layers.
func (t *bandTask) Run(lo, hi int) {
	for ; lo < hi; lo += bandRows {
		end := min(lo+bandRows, hi)
		if t.backward {
			for i := len(t.layers) - 1; i >= 0; i-- {
				if dx := t.tensors[i]; dx != nil && dx != t.tensors[i+1] {
					asBanded(t.layers[i]).backwardRows(t.tensors[i+1], dx, lo, end)
				}
			}
			continue
		}
		for i := 0; i < len(t.layers); i++ {
			x, y := t.tensors[i], t.tensors[i+1]
			if i+1 < len(t.layers) && t.tensors[i+2] == y && isReLU(t.layers[i+1]) {
				t.layers[i].(*Dense).rows(x, y, lo, end, true)
				i++
				continue
			}
			asBanded(t.layers[i]).forwardRows(x, y, lo, end)
		}
	}
}

// run shares the task out where it is worth it.
func (t *bandTask) run(rows, cost int) {
	if rows*cost < sharedWork {
		t.Run(0, rows)
		return
	}
	kernel.Parallel(t, rows, min(max(sharedWork/2/cost, minBand), maxBand))
}

// forwardSpan runs the banded layers of a span.
func (s *Sequential) forwardSpan(p *Pass, sp span, x *tensor.Tensor) *tensor.Tensor {
	t, site := &p.bands, p.site
	t.layers, t.backward = s.layers[sp.from:sp.to], false
	t.tensors = append(t.tensors[:0], x)
	for i := sp.from; i < sp.to; i++ {
		p.enter(site, s.sites[i])
		if p.Trace == nil && i > sp.from && overwrites(s.layers[i-1], s.layers[i]) {
			s.layers[i].(*Activation).keep(p, x, x)
		} else {
			x = asBanded(s.layers[i]).begin(p, x)
		}
		t.tensors = append(t.tensors, x)
	}
	p.site = site
	if rows := t.tensors[0].Rows(); sp.wide {
		t.wideForward(rows)
	} else {
		t.run(rows, sp.cost)
	}
	if p.Trace != nil {
		for i := sp.from; i < sp.to; i++ {
			p.enter(site, s.sites[i])
			p.Trace(p.site, s.stages[i], t.tensors[i-sp.from+1])
		}
		p.site = site
	}
	return x
}

// overwrites reports whether h may take the place of z: nobody needs z again
// when the derivative comes from h alone.
func overwrites(before, l Layer) bool {
	_, dense := before.(*Dense)
	a, ok := l.(*Activation)
	return ok && dense && a.phi.fromOutput
}

// wideForward lets the product share itself out: it cuts a wide matrix better
// than by rows of the batch.
func (t *bandTask) wideForward(rows int) {
	fused := len(t.layers) == 2 && t.tensors[1] == t.tensors[2]
	t.layers[0].(*Dense).rows(t.tensors[0], t.tensors[1], 0, rows, fused)
	if len(t.layers) == 2 && !fused {
		asBanded(t.layers[1]).forwardRows(t.tensors[1], t.tensors[2], 0, rows)
	}
}

// backwardSpan takes dy back through the banded layers of a span, reports each
// stage, and returns the gradient of the span's input, or nil.
func (s *Sequential) backwardSpan(p *Pass, sp span, dy *tensor.Tensor, skip bool) *tensor.Tensor {
	t, site, depth := &p.bands, p.site, p.depth
	low := sp.from // the last layer that has anything to do
	if skip {
		low = max(low, min(s.first, sp.to))
	}
	if low == sp.to {
		return nil
	}
	t.layers, t.backward = s.layers[low:sp.to], true
	t.tensors = t.tensors[:0]
	for range sp.to - low {
		t.tensors = append(t.tensors, nil)
	}
	t.tensors = append(t.tensors, dy)
	for i := sp.to - 1; i >= low; i-- {
		p.skipInput = skip && i <= s.first
		p.enter(site, s.sites[i])
		t.tensors[i-low] = asBanded(s.layers[i]).beginBackward(p, t.tensors[i-low+1])
	}
	p.skipInput = false
	rows := dy.Rows()
	if sp.wide {
		t.wideBackward(rows)
	} else {
		t.run(rows, sp.cost)
	}
	for i := sp.to - 1; i >= low; i-- {
		d, dx := t.tensors[i-low+1], t.tensors[i-low]
		p.enter(site, s.sites[i])
		p.depth = depth + 1
		asBanded(s.layers[i]).weightGradient(p, d)
		p.depth = depth
		if dx != nil && p.Probe != nil && s.stages[i] != StageShape {
			p.Report(s.stages[i], d, dx)
		}
	}
	p.site = site
	return t.tensors[0]
}

func (t *bandTask) wideBackward(rows int) {
	for i := len(t.layers) - 1; i >= 0; i-- {
		if dx := t.tensors[i]; dx != nil && dx != t.tensors[i+1] {
			asBanded(t.layers[i]).backwardRows(t.tensors[i+1], dx, 0, rows)
		}
	}
}
