package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Recurrent is a stack of recurrent layers over a sequence: x [T, B, in], time
// first, becomes the hidden states [T, B, hidden], or, with Last, the final one,
// [B, hidden]. Bidirectional layers put the two directions side by side, twice
// as many features; the final state of the one that runs backwards is that at
// the first step. Formulas, gate order and parameter names are those of
// torch.nn.RNN, LSTM and GRU, whose load_state_dict takes them as they are.
//
// A sequence starts with zeros, or, where [Pass.State] is set, with what the
// sequence before left there. Where [Pass.Lengths] is set, row b of the batch is
// over after Lengths[b] steps: its state stays, its outputs are zero, and
// nothing of what x holds there has any effect, to the bit.
//
// Backward is backpropagation through the whole sequence that Forward saw. For
// truncated backpropagation give it window after window with [Pass.State].
type Recurrent struct {
	kindName string
	config   RecurrentConfig
	in, h    int
	layers   [][]*core // by layer, then by direction
	params   []*Param
	out      *tensor.Tensor // of the last recorded forward
}

// RecurrentConfig says how the layers of a [Recurrent] stand. The zero value is
// one layer, forwards in time, that gives every hidden state.
type RecurrentConfig struct {
	Layers        int  // 0 is 1
	Bidirectional bool // a second direction, from the last step to the first
	Last          bool // only the final hidden state, [B, hidden]
}

// NewRNN returns plain recurrent layers h = φ(W_ih·x + b_ih + W_hh·h + b_hh) of
// zeros; φ is tanh, relu, sigmoid or identity, and it panics for another.
func NewRNN(in, hidden int, phi *Activation, c RecurrentConfig) *Recurrent {
	return newRecurrent(rnnOf(phi), in, hidden, c)
}

// NewLSTM returns LSTM layers of zeros: gates i, f, g, o.
func NewLSTM(in, hidden int, c RecurrentConfig) *Recurrent {
	return newRecurrent(lstmCell{}, in, hidden, c)
}

// NewGRU returns GRU layers of zeros: gates r, z, n, with both biases.
func NewGRU(in, hidden int, c RecurrentConfig) *Recurrent {
	return newRecurrent(gruCell{}, in, hidden, c)
}

func rnnOf(phi *Activation) rnnCell {
	switch phi.phi.name {
	case "tanh", "relu", "sigmoid", "identity":
		return rnnCell{phi.phi}
	}
	panic("nn.NewRNN: the activation must be tanh, relu, sigmoid or identity, got " + phi.phi.name)
}

func newRecurrent(c cell, in, hidden int, config RecurrentConfig) *Recurrent {
	config.Layers = max(config.Layers, 1)
	if in <= 0 || hidden <= 0 {
		panic(fmt.Sprintf("nn: %s: sizes must be positive, got in %d, hidden %d", c.kind(), in, hidden))
	}
	l := &Recurrent{kindName: c.kind(), config: config, in: in, h: hidden}
	for i := range config.Layers {
		cores := []*core{newCore(c, in, hidden, fmt.Sprintf("_l%d", i), false)}
		if config.Bidirectional {
			cores = append(cores, newCore(c, in, hidden, fmt.Sprintf("_l%d_reverse", i), true))
		}
		l.layers = append(l.layers, cores)
		for _, k := range cores {
			l.params = append(l.params, k.params()...)
		}
		in = hidden * len(cores)
	}
	return l
}

func (l *Recurrent) Kind() string            { return l.kindName }
func (l *Recurrent) Stage() Stage            { return StageRecurrent }
func (l *Recurrent) Params() []*Param        { return l.params }
func (l *Recurrent) Config() RecurrentConfig { return l.config }

// In and Hidden return the numbers of features that go in and of hidden units.
func (l *Recurrent) In() int     { return l.in }
func (l *Recurrent) Hidden() int { return l.h }

// Out returns the number of features that come out: hidden, or twice as many.
func (l *Recurrent) Out() int { return l.h * len(l.layers[0]) }

// Forward runs all layers over the sequence.
func (l *Recurrent) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	p.CheckFeatures(l.kindName, x, l.in)
	if x.Rank() != 3 {
		panic(fmt.Sprintf("nn: %s at %q needs an input of shape [T, B, %d], got %s", l.kindName, p.site, l.in, x.ShapeString()))
	}
	if p.Lengths != nil && len(p.Lengths) != x.Dim(1) {
		panic(fmt.Sprintf("nn: %s at %q has an input of %s and the lengths of %d sequences", l.kindName, p.site, x.ShapeString(), len(p.Lengths)))
	}
	steps, batch, width := x.Dim(0), x.Dim(1), l.Out()
	var out *tensor.Tensor
	for i, cores := range l.layers {
		var y, last *tensor.Tensor
		if i == len(l.layers)-1 && l.config.Last {
			last = p.Arena.New(batch, width)
			out = last
		} else {
			y = p.Arena.New(steps, batch, width)
			out = y
		}
		for d, k := range cores {
			r := &k.run
			if !p.Record { // inference writes nothing to the layer
				r = p.sequenceRun()
			}
			k.begin(p, r, x)
			r.y, r.yCol, r.last, r.lastCol = y, d*l.h, last, d*l.h
			r.first = p.State.of(k, batch)
			kernel.Parallel(r, batch, r.bandRows)
			p.State.keep(k, r)
		}
		x = out
	}
	if p.Record {
		l.out = out
	}
	return out
}

// Backward goes back through time, and through the layers.
func (l *Recurrent) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient(l.kindName, dy, l.out)
	d := dy
	for i := len(l.layers) - 1; i >= 0; i-- {
		cores := l.layers[i]
		var dx *tensor.Tensor
		if i > 0 || p.InputGrad() {
			dx = p.Arena.Like(cores[0].run.x)
		}
		for _, k := range cores {
			k.run.goBack(p, d, dx)
		}
		l.reportTime(p, i)
		d = dx
	}
	return d
}
