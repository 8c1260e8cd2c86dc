package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// cell is what distinguishes the recurrent layers: one step for some rows of the
// batch. A row of gates is what the step keeps for its way back; forward finds
// the pre-activations in it, backward leaves their gradients in it.
type cell interface {
	kind() string
	outGates() int // blocks of H columns of W_ih and W_hh
	rowGates() int // blocks of H elements in a row of gates
	carriesCell() bool
	passesState() bool // whether dh reaches h0 other than through W_hh too
	forward(r cellRows)
	// backward turns dh into what reaches h0 other than through W_hh, if
	// anything does, and dc into what reaches the cell before.
	backward(r cellRows)
}

// cellRows are the matrices of a step, from its first row on: h0 and h are the
// hidden state before and after it. The last four are nil but for the LSTM.
type cellRows struct {
	kernel.CellRows
	gates, h0, h, dh        []tensor.Float
	before, after, tanh, dc []tensor.Float
}

// rnnCell is h = φ(W_ih·x + b_ih + W_hh·h0 + b_hh) (Elman 1990).
type rnnCell struct{ phi phi }

func (rnnCell) kind() string      { return "rnn" }
func (rnnCell) outGates() int     { return 1 }
func (rnnCell) rowGates() int     { return 1 }
func (rnnCell) carriesCell() bool { return false }
func (rnnCell) passesState() bool { return false }

func (c rnnCell) forward(r cellRows) {
	for b := range r.N {
		c.phi.forward(r.h[b*r.States:][:r.H], r.gates[b*r.Gates:][:r.H], c.phi.a)
	}
}

func (c rnnCell) backward(r cellRows) {
	for b := range r.N {
		h := r.h[b*r.States:][:r.H]
		c.phi.backward(r.gates[b*r.Gates:][:r.H], r.dh[b*r.H:][:r.H], h, h, c.phi.a)
	}
}

// lstmCell is the LSTM of Hochreiter and Schmidhuber 1997 with the forget gate
// of Gers et al. 2000, as torch.nn.LSTM has it; gates i, f, g, o.
//
//	c = f·c0 + i·g,   h = o·tanh(c)
type lstmCell struct{}

func (lstmCell) kind() string      { return "lstm" }
func (lstmCell) outGates() int     { return 4 }
func (lstmCell) rowGates() int     { return 4 }
func (lstmCell) carriesCell() bool { return true }
func (lstmCell) passesState() bool { return false }

func (lstmCell) forward(r cellRows) {
	kernel.LSTMForward(r.CellRows, r.gates, r.before, r.after, r.tanh, r.h)
}

func (lstmCell) backward(r cellRows) {
	kernel.LSTMBackward(r.CellRows, r.gates, r.before, r.tanh, r.dh, r.dc)
}

// gruCell is the GRU of Cho et al. 2014 as torch.nn.GRU has it; gates r, z, n:
//
//	n = tanh(W_in·x + b_in + r·(W_hn·h0 + b_hn)),   h = (1−z)·n + z·h0
//
// A row of gates has the two parts of n apart: r, z, n of the input, n of the
// hidden state.
type gruCell struct{}

func (gruCell) kind() string      { return "gru" }
func (gruCell) outGates() int     { return 3 }
func (gruCell) rowGates() int     { return 4 }
func (gruCell) carriesCell() bool { return false }
func (gruCell) passesState() bool { return true }

func (gruCell) forward(r cellRows) { kernel.GRUForward(r.CellRows, r.gates, r.h0, r.h) }

func (gruCell) backward(r cellRows) { kernel.GRUBackward(r.CellRows, r.gates, r.h0, r.dh) }
