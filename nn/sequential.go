package nn

import (
	"strconv"

	"github.com/ebb-ml/ebb/tensor"
)

// Sequential runs layers one after the other.
type Sequential struct {
	layers []Layer
	sites  []string
	stages []Stage
	params []*Param
	spans  []span
	first  int // the first layer with parameters; nothing below it needs a gradient
}

// NewSequential returns the chain of the given layers. Each gets a site: its
// kind and a running number ("dense_2"), or, for an activation that directly
// follows a dense layer, the site of that layer.
func NewSequential(layers ...Layer) *Sequential {
	s := &Sequential{layers: layers, first: len(layers)}
	count := map[string]int{}
	for i, l := range layers {
		kind := KindOf(l)
		if StageOf(l) == StageActivation && i > 0 && KindOf(layers[i-1]) == "dense" {
			s.sites = append(s.sites, s.sites[i-1])
		} else {
			count[kind]++
			s.sites = append(s.sites, kind+"_"+strconv.Itoa(count[kind]))
		}
		s.stages = append(s.stages, StageOf(l))
		ps := l.Params()
		s.params = append(s.params, ps...)
		if len(ps) > 0 && s.first == len(layers) {
			s.first = i
		}
	}
	s.spans = spansOf(layers)
	return s
}

// Children returns the layers.
func (s *Sequential) Children() []Layer { return s.layers }

// Sites returns the site of each layer.
func (s *Sequential) Sites() []string { return s.sites }

// Params returns the parameters of all layers, in order.
func (s *Sequential) Params() []*Param { return s.params }

// Forward runs the layers in order.
func (s *Sequential) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	site := p.site
	for _, sp := range s.spans {
		if sp.banded {
			x = s.forwardSpan(p, sp, x)
			continue
		}
		p.enter(site, s.sites[sp.from])
		x = s.layers[sp.from].Forward(p, x)
		if p.Trace != nil {
			p.Trace(p.site, s.stages[sp.from], x)
		}
		p.site = site
	}
	return x
}

// Backward runs the layers in reverse order and reports each stage. What a
// layer reports from inside itself is one level deeper than its own event.
func (s *Sequential) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	site, skip, depth := p.site, p.skipInput, p.depth
	for i := len(s.spans) - 1; i >= 0 && dy != nil; i-- {
		sp := s.spans[i]
		if sp.banded {
			dy = s.backwardSpan(p, sp, dy, skip)
			continue
		}
		p.skipInput = skip && sp.from <= s.first
		p.enter(site, s.sites[sp.from])
		p.depth = depth + 1
		dx := p.Backward(s.layers[sp.from], dy)
		p.depth = depth
		if dx != nil && p.Probe != nil && s.stages[sp.from] != StageShape {
			p.Report(s.stages[sp.from], dy, dx)
		}
		p.site = site
		dy = dx
	}
	p.skipInput = skip
	return dy
}

// enter sets the site of a layer below that of its container. The path is only
// put together where someone listens, because that allocates.
func (p *Pass) enter(container, site string) {
	if container == "" {
		p.site = site
	} else if p.Probe != nil || p.Trace != nil {
		p.site = p.joinSite(container, site)
	}
}
