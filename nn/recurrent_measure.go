package nn

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// timeSums are the sums of squares of a way back through time, by rows of the
// batch, a unit of them at a time, and step. Several threads compute them, and
// they are added up in their order afterwards.
type timeSums struct {
	units, steps int
	in           []float64 // dh, what reaches h_t from the loss and from t+1
	gates        []float64 // the gradients of the pre-activations of step t
	out          []float64 // what goes on to h_{t−1}
	cell         []float64 // dc that goes on to c_{t−1}
	path         []float64 // the part of it that came along the cell path alone
	top          []float64 // by unit: dc of the last step
}

// startMeasuring prepares the sums when somebody listens.
func (r *coreRun) startMeasuring(p *Pass) {
	r.measure = nil
	if p.Probe == nil || r.batch == 0 {
		return
	}
	m := &r.core.sums
	m.units, m.steps = (r.batch+rowUnit-1)/rowUnit, r.steps
	for _, s := range []*[]float64{&m.in, &m.gates, &m.out, &m.cell, &m.path, &m.top} {
		if n := m.units * r.steps; cap(*s) < n {
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

// before takes down what comes into step s. Rows lo..hi are whole units, but for
// the last of the batch.
func (m *timeSums) before(r *coreRun, s, lo, hi int) {
	h := r.h
	for ; lo < hi; lo += rowUnit {
		end := min(lo+rowUnit, hi)
		at := lo/rowUnit*m.steps + s
		if r.dy == nil && s < m.steps-1 {
			m.in[at] = m.out[at+1] // nothing has been added
		} else {
			m.in[at] = kernel.SumSquares(r.dh[lo*h : end*h])
		}
		if r.dc == nil {
			continue
		}
		if s < m.steps-1 && m.path[at+1] == 0 {
			m.path[at] = 0
			continue
		}
		m.cellPath(r, s, lo, end)
		path := r.pathGrad[lo*h : end*h]
		if m.path[at] = kernel.SumSquares(path); m.path[at] < leastPath {
			m.path[at] = 0
			clear(path)
		}
	}
}

// leastPath is where the square of the cell path's norm is taken as zero: a forget
// gate above one half would keep it at the smallest denormal number for good,
// with which each step takes many times as long.
const leastPath = 1e-72 * (tensor.FloatBits / 32 % 2) // float64 holds what is smaller

// cellPath takes the gradient of the last cell one step further on the path
// through the cells alone: dc of the last step, times the forget gates.
func (m *timeSums) cellPath(r *coreRun, s, lo, hi int) {
	h := r.h
	for b := lo; b < hi; b++ {
		path, gates := r.pathGrad[b*h:(b+1)*h], r.gateRow(s, b)
		if s == m.steps-1 {
			o, dh, tanh := gates[3*h:], r.dh[b*h:(b+1)*h], r.tc[s*r.cStep+b*h:][:h]
			for k := range path {
				path[k] = dh[k] * o[k] * (1 - tanh[k]*tanh[k])
			}
			if b == lo {
				m.top[lo/rowUnit*m.steps] = 0
			}
			m.top[lo/rowUnit*m.steps] += kernel.SumSquares(path)
		}
		if !r.ends(b, r.at(s)) {
			kernel.Mul(path, path, gates[h:2*h])
		}
	}
}

// after takes down what step s passes on.
func (m *timeSums) after(r *coreRun, s, lo, hi int) {
	h := r.h
	for ; lo < hi; lo += rowUnit {
		end := min(lo+rowUnit, hi)
		at := lo/rowUnit*m.steps + s
		m.gates[at] = r.gateSquares(s, lo, end)
		m.out[at] = kernel.SumSquares(r.dh[lo*h : end*h])
		if r.dc != nil {
			m.cell[at] = kernel.SumSquares(r.dc[lo*h : end*h])
		}
	}
}

// gateSquares returns the sum of squares of rows lo..hi of the gates of step s.
func (r *coreRun) gateSquares(s, lo, hi int) (sum float64) {
	if row := r.cell.rowGates() * r.h; row == r.gateWidth {
		return kernel.SumSquares(r.gatesFrom(s, lo)[:(hi-lo)*row])
	}
	for b := lo; b < hi; b++ {
		sum += kernel.SumSquares(r.gateRow(s, b))
	}
	return sum
}

// norm returns the norm over all units of step s.
func (m *timeSums) norm(sums []float64, s int) float64 {
	total := 0.0
	for u := range m.units {
		total += sums[u*m.steps+s]
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
