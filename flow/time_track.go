package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// timeTrack collects what one direction of one recurrent layer reports of its
// steps, by lag: lag 0 is the step that the way back begins with. It grows with
// the longest sequence and allocates nothing after that.
type timeTrack struct {
	site string
	lags []lagSums
	n    int  // lags of the training step that runs
	seen int  // lags that are in the means
	cell bool // there is a cell beside the hidden state
	norm mean // of the gradient at lag 0
}

// lagSums is one lag: the training step that runs, and the means.
type lagSums struct {
	now  lagNow
	mean [lagParts]mean
	over int // steps in which its gradient was not finite
	size int // elements of the gradient of h
}

// lagNow is one lag of one training step, as norms.
type lagNow struct {
	hidden, cell float64 // what reaches h and c
	gates        float64 // the gradients of the pre-activations
	hiddenOut    float64 // what goes on to h of the step before
	cellOut      float64 // and to c
	path         float64 // gain of the cell path alone, from lag 0 to the lag after this
}

// The parts of a lag that have a mean of their own.
const (
	lagState  = iota // relative to lag 0, as the next two
	lagHidden        //
	lagCell
	lagGain // of the step
	lagPhi
	lagW
	lagKeep // of the cell in the step
	lagPath
	lagParts
)

// mean is a geometric mean of what is positive.
type mean struct {
	product product
	n       int
}

func (m *mean) add(x float64) {
	if positive(x) {
		m.product.times(x)
		m.n++
	}
}

// log10 returns −Inf where there was nothing.
func (m *mean) log10() float64 {
	if m.n == 0 {
		return math.Inf(-1)
	}
	return m.product.log10() / float64(m.n)
}

func (m *mean) value() float64 { return math.Pow(10, m.log10()) }

// observe takes an event of a step of the sequence. The first of a step is that
// of its activation or gates.
func (t *timeTrack) observe(e *nn.Event) {
	switch e.Stage {
	case nn.StageActivation, nn.StageGate:
		if t.n == len(t.lags) {
			t.lags = append(t.lags, lagSums{})
		}
		s := &t.lags[t.n]
		s.now, s.size = lagNow{hidden: e.In, gates: e.Out}, e.Size
		t.n++
	case nn.StageRecurrent:
		t.now().hiddenOut = e.Out
	case nn.StageCell:
		t.cell = true
		t.now().cell, t.now().cellOut = e.In, e.Out
	case nn.StageCellPath:
		if e.Out >= smallest*math.Sqrt(float64(e.Size)) { // below, a factor above ½ rounds up to the same number for ever
			t.now().path = ratio(e.Out, e.In)
		}
	}
}

// now returns the lag of the events that come.
func (t *timeTrack) now() *lagNow {
	if t.n == 0 { // no event of a step before: from a layer that is none of ours
		t.observe(&nn.Event{Stage: nn.StageGate})
	}
	return &t.lags[t.n-1].now
}

// state is the norm of what reaches the whole state, h and c.
func (l *lagNow) state() float64 { return norm(l.hidden, l.cell) }

// next is the norm of what it passes on to the state before.
func (l *lagNow) next() float64 { return norm(l.hiddenOut, l.cellOut) }

// norm is that of two parts; most often the second is not there.
func norm(a, b float64) float64 {
	if b == 0 {
		return a
	}
	return math.Hypot(a, b)
}

// parts returns what the means are of; first is the state at lag 0.
func (l *lagNow) parts(first float64) [lagParts]float64 {
	state := l.state()
	return [lagParts]float64{
		lagState: ratio(state, first), lagHidden: ratio(l.hidden, first), lagCell: ratio(l.cell, first),
		lagGain: ratio(l.next(), state), lagPhi: ratio(l.gates, state), lagW: ratio(l.hiddenOut, l.gates),
		lagKeep: ratio(l.cellOut, state), lagPath: l.path,
	}
}

// add takes the lag of the training step into the means.
func (s *lagSums) add(first float64, cell bool) {
	if cell {
		for k, v := range s.now.parts(first) {
			s.mean[k].add(v)
		}
		return
	}
	// The other parts follow from these.
	state := s.now.hidden
	s.mean[lagState].add(ratio(state, first))
	s.mean[lagGain].add(ratio(s.now.hiddenOut, state))
	s.mean[lagPhi].add(ratio(s.now.gates, state))
	s.mean[lagW].add(ratio(s.now.hiddenOut, s.now.gates))
}

// begin starts a training step.
func (t *timeTrack) begin() { t.n = 0 }

// fold adds the training step to the means.
func (t *timeTrack) fold() {
	if t.n == 0 {
		return
	}
	first := t.lags[0].now.state()
	t.norm.add(first)
	t.seen = max(t.seen, t.n)
	for i := range t.lags[:t.n] {
		s := &t.lags[i]
		s.add(first, t.cell)
		if !finite(s.now.state()) {
			s.over++
		}
	}
}

// reset begins the means anew.
func (t *timeTrack) reset() {
	t.norm, t.seen = mean{}, 0
	for i := range t.lags {
		t.lags[i].mean, t.lags[i].over = [lagParts]mean{}, 0
	}
}

// smallest is the least number of tensor.Float that has all its digits: the
// direction of a gradient below it, and so its gain, is rounding.
var smallest = math.Ldexp(1, map[int]int{32: -126, 64: -1022}[tensor.FloatBits])

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
