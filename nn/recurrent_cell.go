package nn

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// cell is what distinguishes the recurrent layers: one step for one row of the
// batch. A row of gates is what the step keeps for its way back; forward finds
// the pre-activations in it, backward leaves their gradients in it.
type cell interface {
	kind() string
	outGates() int // blocks of H columns of W_ih and W_hh
	rowGates() int // blocks of H elements in a row of gates
	carriesCell() bool
	forward(gates, h0, h []tensor.Float, c cellState)
	// backward turns dh into what reaches h0 other than through W_hh: nothing,
	// but for the GRU.
	backward(gates, h0, h, dh []tensor.Float, c cellState)
}

// cellState is the memory of an LSTM, rows of H elements; nil for others.
type cellState struct {
	before, after, tanh []tensor.Float
	grad                []tensor.Float // ∂J/∂after, then ∂J/∂before
}

// rnnCell is h = φ(W_ih·x + b_ih + W_hh·h0 + b_hh) (Elman 1990).
type rnnCell struct{ phi phi }

func (rnnCell) kind() string      { return "rnn" }
func (rnnCell) outGates() int     { return 1 }
func (rnnCell) rowGates() int     { return 1 }
func (rnnCell) carriesCell() bool { return false }

func (c rnnCell) forward(z, _, h []tensor.Float, _ cellState) {
	c.phi.forward(h, z, c.phi.a)
}

func (c rnnCell) backward(z, _, h, dh []tensor.Float, _ cellState) {
	c.phi.backward(z, dh, h, h, c.phi.a)
	clear(dh)
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

func (lstmCell) forward(gates, _, h []tensor.Float, c cellState) {
	kernel.LSTMForward(gates, c.before, c.after, c.tanh, h)
}

func (lstmCell) backward(gates, _, _, dh []tensor.Float, c cellState) {
	kernel.LSTMBackward(gates, c.before, c.tanh, dh, c.grad)
	clear(dh)
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

func (gruCell) forward(gates, h0, h []tensor.Float, _ cellState) {
	kernel.GRUForward(gates, h0, h)
}

func (gruCell) backward(gates, h0, _, dh []tensor.Float, _ cellState) {
	kernel.GRUBackward(gates, h0, dh)
}
