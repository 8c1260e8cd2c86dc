package nn

import "github.com/ebb-ml/ebb/tensor"

// RecurrentInit says what the weights of a [Recurrent] or a [Cell] begin with.
// Each gate's block is a matrix by itself, [in, H] or [H, H], and gets its own
// draw with its own fans. An Init without a name is the default.
//
// pytorch is U(±1/√H) for every weight and bias, as torch.nn.RNN, LSTM and GRU
// have it: where Input is pytorch, the two others are so by default.
type RecurrentInit struct {
	Input  Init // of W_ih; glorot_uniform
	Hidden Init // of W_hh; orthogonal, and identity is that of Le et al. 2015
	// Bias is that of b_ih; by default zeros, but 1 for the forget gate of an
	// LSTM (Gers et al. 2000, Jozefowicz et al. 2015). b_hh, which is added to it,
	// is zero, but for pytorch, which draws both.
	Bias Init
	// Forget is that of the forget gate's part of it, whatever Bias is; 1 where
	// both are the default. A gate that keeps over T steps needs a bias of about
	// ln T (Tallec and Ollivier 2018, section 2).
	Forget Init
}

// Defaults returns i with the names that apply where it has none. The bias of an
// LSTM keeps its empty name: zeros and a forget gate of 1 are no [Init].
func (i RecurrentInit) Defaults() RecurrentInit {
	pytorch := i.Input.Name == "pytorch"
	if i.Input.Name == "" {
		i.Input.Name = "glorot_uniform"
	}
	if i.Hidden.Name == "" {
		i.Hidden.Name = "orthogonal"
		if pytorch {
			i.Hidden.Name = "pytorch"
		}
	}
	if i.Bias.Name == "" && pytorch {
		i.Bias.Name = "pytorch"
	}
	return i
}

// Initialize gives all layers and directions their initial weights.
func (l *Recurrent) Initialize(i RecurrentInit, rng *tensor.RNG) {
	i = i.Defaults()
	for _, cores := range l.layers {
		for _, k := range cores {
			k.initialize(i, rng)
		}
	}
}

func (k *core) initialize(i RecurrentInit, rng *tensor.RNG) {
	k.initBlocks(k.wih, i.Input, rng)
	k.initBlocks(k.whh, i.Hidden, rng)
	bih, bhh := k.bih.Value, k.bhh.Value
	clear(bih.Data)
	clear(bhh.Data)
	switch i.Bias.Name {
	case "":
		if k.cell.carriesCell() {
			tensor.From(bih.Data[k.h:2*k.h], k.h).Fill(1)
		}
	case "pytorch":
		i.Bias.Apply(bih, k.h, k.h, rng)
		i.Bias.Apply(bhh, k.h, k.h, rng)
	default:
		i.Bias.Apply(bih, k.h, k.h, rng)
	}
	if i.Forget.Name != "" && k.cell.carriesCell() {
		i.Forget.Apply(tensor.From(bih.Data[k.h:2*k.h], k.h), k.h, k.h, rng)
	}
}

// initBlocks fills the block of each gate: H columns of w.
func (k *core) initBlocks(w *Param, init Init, rng *tensor.RNG) {
	in := w.Value.Rows()
	fan := in
	if init.Name == "pytorch" {
		fan = k.h
	}
	block := tensor.New(in, k.h)
	for g := range k.cell.outGates() {
		init.Apply(block, fan, k.h, rng)
		for r := range in {
			copy(w.Value.Row(r)[g*k.h:], block.Row(r))
		}
	}
}
