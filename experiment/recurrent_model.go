package experiment

import (
	"fmt"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
)

// recurrent makes a layer of an rnn, lstm or gru item. follows says that another
// recurrent layer comes after it, repeats that it is this item again.
func (b *modelBuilder) recurrent(it *Item, follows, repeats bool, shape []int) (nn.Layer, []int, error) {
	switch {
	case b.in.layout == data.Rows:
		return nil, nil, b.fail(it, "%s: the data has rows and no steps: a series needs data.window, a text is a .txt file", it.Kind)
	case len(shape) < 2 && b.in.ids > 0 && len(b.settings) == 0:
		return nil, nil, b.fail(it, "%s: the data has ids: expected an embedding before it", it.Kind)
	case len(shape) < 2:
		return nil, nil, b.fail(it, "%s: the layer before gives the last state alone: give that one return: all", it.Kind)
	case it.Bidirectional && (b.in.layout == data.Stream || b.spec.Train.BPTT > 0):
		return nil, nil, b.fail(it, "%s: bidirectional has to see the whole sequence: it goes with neither a text nor train.bptt", it.Kind)
	}
	last := it.Return == "last" && !repeats
	if it.Return == "" {
		last = !follows && !b.in.perStep && !b.inResidual
	}
	in, directions := shape[1], 1
	if it.Bidirectional {
		directions = 2
	}
	gates := map[string]int{"rnn": 1, "gru": 3, "lstm": 4}[it.Kind]
	width := in
	for range it.Layers {
		if err := b.count(it, directions*gates*it.Units*(width+it.Units+2)); err != nil {
			return nil, nil, err
		}
		width = directions * it.Units
		// What a step keeps: inputs, gates, cell.
		if err := b.made(it, b.in.recorded(b.spec.Train.BPTT)*directions*it.Units*(gates+3)); err != nil {
			return nil, nil, err
		}
	}
	config := nn.RecurrentConfig{Layers: it.Layers, Bidirectional: it.Bidirectional, Last: last}
	var l *nn.Recurrent
	switch it.Kind {
	case "lstm":
		l = nn.NewLSTM(in, it.Units, config)
	case "gru":
		l = nn.NewGRU(in, it.Units, config)
	default:
		phi, err := nn.NewActivation(it.Activation.Name, 0)
		if err != nil {
			return nil, nil, b.at(it, err)
		}
		l = nn.NewRNN(in, it.Units, phi.(*nn.Activation), config)
	}
	init, err := it.recurrentInit()
	if err != nil {
		return nil, nil, b.at(it, err)
	}
	l.Initialize(init, b.rng)
	b.settings[l] = it.recurrentSettings(init.Defaults(), last)
	out := []int{shape[0], l.Out()}
	if last {
		out = out[1:]
	}
	return l, out, nil
}

// recurrentInit returns the inits of the item; those it does not name are empty.
func (it *Item) recurrentInit() (r nn.RecurrentInit, err error) {
	for _, p := range []struct {
		from InitSpec
		to   *nn.Init
	}{{it.Init, &r.Input}, {it.RecurrentInit, &r.Hidden}, {it.BiasInit, &r.Bias}} {
		if p.from.Name == "" {
			continue
		}
		if *p.to, err = nn.NewInit(p.from.Name, p.from.Value); err != nil {
			return r, err
		}
	}
	if it.Kind == "lstm" && !math.IsNaN(it.ForgetBias) {
		r.Forget, err = nn.NewInit("constant", it.ForgetBias)
	}
	return r, err
}

// recurrentSettings tells every setting that applies.
func (it *Item) recurrentSettings(init nn.RecurrentInit, last bool) string {
	var parts []string
	if it.Kind == "rnn" {
		parts = append(parts, it.Activation.Name)
	}
	if it.Layers > 1 {
		parts = append(parts, fmt.Sprintf("%d layers", it.Layers))
	}
	if it.Bidirectional {
		parts = append(parts, "bidirectional")
	}
	returns := "return all"
	if last {
		returns = "return last"
	}
	bias := "bias zeros"
	switch {
	case init.Bias.Name != "":
		bias = "bias " + initText(init.Bias)
	case it.Kind == "lstm" && init.Forget.Name == "":
		bias = "bias zeros, forget bias 1"
	}
	if init.Forget.Name != "" {
		bias += fmt.Sprintf(", forget bias %v", init.Forget.Value)
	}
	parts = append(parts, returns, "init "+initText(init.Input), "recurrent "+initText(init.Hidden), bias)
	return strings.Join(parts, ", ")
}
