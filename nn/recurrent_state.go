package nn

import "github.com/ebb-ml/ebb/tensor"

// State is what recurrent layers carry from one window of a sequence to the
// next: their final hidden states, and an LSTM's cell. No gradient flows through
// it: with a State, backpropagation through time is truncated at the window.
//
// The state belongs to the rows of the batch in their order. A pass with another
// number of rows, and a direction that runs backwards in time, start from zeros.
type State struct{ cores map[*core]*coreState }

// NewState returns the state before the first window: zeros.
func NewState() *State { return &State{cores: map[*core]*coreState{}} }

// Reset makes the next sequence start from zeros.
func (s *State) Reset() {
	for _, c := range s.cores {
		c.h, c.c = c.h[:0], c.c[:0]
	}
}

// of returns the state that core k starts with; nil for zeros.
func (s *State) of(k *core, batch int) *coreState {
	if s == nil || k.reverse {
		return nil
	}
	c := s.cores[k]
	if c == nil || len(c.h) != batch*k.h {
		return nil
	}
	return c
}

// keep takes the final state of a run.
func (s *State) keep(k *core, r *coreRun) {
	if s == nil || k.reverse {
		return
	}
	c := s.cores[k]
	if c == nil {
		c = &coreState{}
		s.cores[k] = c
	}
	c.h, c.c = c.h[:0], c.c[:0]
	for b := range r.batch {
		c.h = append(c.h, r.hRow(r.steps, b)...)
		if r.c != nil && r.steps > 0 {
			c.c = append(c.c, r.cRow(r.steps, b)...)
		}
	}
}

// Cell is one step of a recurrent layer as a layer of its own: x [B, in] becomes
// h [B, hidden], from the state that the step before left in [Pass.State].
// Backward is that of the one step. Its parameters are named as those of
// torch.nn.RNNCell, LSTMCell and GRUCell.
type Cell struct{ *Recurrent }

// NewRNNCell returns one step of [NewRNN].
func NewRNNCell(in, hidden int, phi *Activation) *Cell { return newCell(rnnOf(phi), in, hidden) }

// NewLSTMCell returns one step of [NewLSTM].
func NewLSTMCell(in, hidden int) *Cell { return newCell(lstmCell{}, in, hidden) }

// NewGRUCell returns one step of [NewGRU].
func NewGRUCell(in, hidden int) *Cell { return newCell(gruCell{}, in, hidden) }

func newCell(c cell, in, hidden int) *Cell {
	l := newRecurrent(c, in, hidden, RecurrentConfig{Last: true})
	for _, p := range l.params {
		p.Name = p.Name[:len(p.Name)-len("_l0")]
	}
	return &Cell{l}
}

// Forward computes the step.
func (c *Cell) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() != 2 {
		p.CheckFeatures(c.kindName, x, c.in)
	}
	return c.Recurrent.Forward(p, p.Arena.View(x.Data, 1, x.Rows(), x.Cols()))
}

// Backward takes the gradient of h back to x.
func (c *Cell) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := c.Recurrent.Backward(p, dy)
	if dx == nil {
		return nil
	}
	return p.Arena.View(dx.Data, dx.Dim(1), dx.Dim(2))
}
