package nn

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
)

// timeSums are the sums of squares of a way back through time, by band of rows
// and step: bands are computed by several threads, and their sums are added up
// in their order afterwards.
type timeSums struct {
	bands, steps int
	in           []float64 // dh, what reaches h_t from the loss and from t+1
	gates        []float64 // the gradients of the pre-activations of step t
	out          []float64 // what goes on to h_{t−1}
	cell         []float64 // dc that goes on to c_{t−1}
	path         []float64 // the part of it that came along the cell path alone
	top          []float64 // by band: dc of the last step
}

// startMeasuring prepares the sums when somebody listens.
func (r *coreRun) startMeasuring(p *Pass) {
	r.measure = nil
	if p.Probe == nil || r.batch == 0 {
		return
	}
	m := &r.core.sums
	m.bands, m.steps = (r.batch+r.bandRows-1)/r.bandRows, r.steps
	for _, s := range []*[]float64{&m.in, &m.gates, &m.out, &m.cell, &m.path, &m.top} {
		if n := m.bands * r.steps; cap(*s) < n {
			*s = make([]float64, n)
		} else {
			*s = (*s)[:n]
		}
	}
	if r.dc != nil {
		r.pathGrad = p.Arena.Floats(r.batch * r.h)
	}
	r.measure = m
}

// before takes down what comes into step s.
func (m *timeSums) before(r *coreRun, band, s, lo, hi int) {
	h := r.h
	at := band*m.steps + s
	m.in[at] = kernel.SumSquares(r.dh[lo*h : hi*h])
	if r.dc == nil {
		return
	}
	// The cell path: dc of the last step, times the forget gates.
	for b := lo; b < hi; b++ {
		path := r.pathGrad[b*h : (b+1)*h]
		gates, c := r.gateRow(s, b), r.cells(s, b)
		if s == m.steps-1 {
			o, dh := gates[3*h:], r.dh[b*h:(b+1)*h]
			for k := range path {
				path[k] = dh[k] * o[k] * (1 - c.tanh[k]*c.tanh[k])
			}
		}
		if s == m.steps-1 {
			if b == lo {
				m.top[band*m.steps] = 0
			}
			m.top[band*m.steps] += kernel.SumSquares(path)
		}
		if !r.ends(b, r.at(s)) {
			kernel.Mul(path, path, gates[h:2*h])
		}
	}
	m.path[at] = kernel.SumSquares(r.pathGrad[lo*h : hi*h])
}

// after takes down what step s passes on.
func (m *timeSums) after(r *coreRun, band, s, lo, hi int) {
	h, row := r.h, r.cell.rowGates()*r.h
	at := band*m.steps + s
	first := s*r.gateStep + lo*row
	m.gates[at] = kernel.SumSquares(r.gates[first : first+(hi-lo)*row])
	m.out[at] = kernel.SumSquares(r.dh[lo*h : hi*h])
	if r.dc != nil {
		m.cell[at] = kernel.SumSquares(r.dc[lo*h : hi*h])
	}
}

// norm returns the norm over all bands of step s.
func (m *timeSums) norm(sums []float64, s int) float64 {
	total := 0.0
	for b := range m.bands {
		total += sums[b*m.steps+s]
	}
	return math.Sqrt(total)
}

// reportTime tells the probe of every step of layer i, from the last to the
// first.
func (l *Recurrent) reportTime(p *Pass, i int) {
	if p.Probe == nil {
		return
	}
	site := p.site
	for _, k := range l.layers[i] {
		m := k.run.measure
		if m == nil {
			continue
		}
		if len(l.params) > 4 {
			p.site = p.joinSite(site, k.wih.Name[len("weight_ih_"):])
		}
		stage := StageGate
		if k.cell.kind() == "rnn" {
			stage = StageActivation
		}
		top, cell := m.norm(m.top, 0), 0.0
		for s := m.steps - 1; s >= 0; s-- {
			e := Event{Site: p.site, Stage: stage, Depth: p.depth, Time: k.run.at(s), Size: k.run.batch * k.h}
			e.In, e.Out = m.norm(m.in, s), m.norm(m.gates, s)
			p.Probe.Observe(e)
			e.Stage, e.In, e.Out = StageRecurrent, e.Out, m.norm(m.out, s)
			p.Probe.Observe(e)
			if k.run.dc == nil {
				continue
			}
			e.Stage, e.In, e.Out = StageCell, cell, m.norm(m.cell, s)
			cell = e.Out
			p.Probe.Observe(e)
			e.Stage, e.In, e.Out = StageCellPath, top, m.norm(m.path, s)
			p.Probe.Observe(e)
		}
	}
	p.site = site
}
