package experiment

import (
	"errors"
	"fmt"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// maxParams bounds the memory that a model may take: 2 GiB of float32 weights,
// as much again for gradients, and up to twice that for an optimizer's state.
const maxParams = 1 << 29

// maxValues bounds what the layers make of one example, and maxBatchValues what
// they make of a batch: 8 GiB of float32, and as much again going backwards.
// Parallel branches double the width without a single parameter.
const (
	maxValues      = 1 << 22
	maxBatchValues = 1 << 31

	maxSequenceValues = 1 << 27 // what the layers make of one sequence
)

// Streams of the seed, one for each use.
const (
	initStream    = 0x696e6974
	dropoutStream = 0x64726f70
)

// modelBuilder makes layers from items while it follows the shape of one
// example through them.
type modelBuilder struct {
	spec   *Spec
	in     input
	rng    *tensor.RNG
	params int
	limit  int // of params
	values int // made of one example so far
	drops  uint64

	inResidual bool // the layers at hand are the body of a residual

	settings map[nn.Layer]string // what `describe` tells of each layer
}

// built is a model, and what was learned on the way.
type built struct {
	model    *nn.Sequential
	settings map[nn.Layer]string
	out      []int // shape of the output for one example
	values   int   // that the layers make of one example
}

// buildModel makes the model of a spec for the given input, with its initial
// weights. A model of more than limit parameters, biases not
// counted, or of more than maxValues values is refused before it takes memory.
func buildModel(s *Spec, in input, limit int) (built, error) {
	b := &modelBuilder{spec: s, in: in, limit: limit, rng: tensor.NewRNG(s.Train.Seed, initStream), settings: map[nn.Layer]string{}}
	layers, out, err := b.layers(s.Model, false, in.shape())
	if err != nil {
		return built{}, err
	}
	return built{nn.NewSequential(layers...), b.settings, out, b.values}, nil
}

// layers makes a list of items. shape is that of one example, out what becomes
// of it; follows says that a recurrent layer comes after them.
func (b *modelBuilder) layers(items []Item, follows bool, shape []int) (layers []nn.Layer, out []int, err error) {
	for i := range items {
		it := &items[i]
		for n := range it.Repeat {
			more := follows || hasRecurrent(items[i+1:]) || n < it.Repeat-1 && hasRecurrent(items[i:i+1])
			var l nn.Layer
			switch {
			case it.Kind == "dense":
				layers, shape, err = b.dense(layers, it, nextActivation(items, i), shape)
			case it.isRecurrent():
				l, shape, err = b.recurrent(it, more, n < it.Repeat-1, shape)
				layers = append(layers, l)
			default:
				l, shape, err = b.layer(it, more, shape)
				layers = append(layers, l)
			}
			if err == nil {
				err = b.make(it, shape)
			}
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return layers, shape, nil
}

// nextActivation names the activation of the first of the following items that
// has one, with only normalization, dropout and flatten between: it decides the
// default init of a dense layer without an activation of its own.
func nextActivation(items []Item, i int) string {
	if items[i].Repeat > 1 {
		return ""
	}
	for _, it := range items[i+1:] {
		switch it.Kind {
		case "activation":
			return it.Activation.Name
		case "batch_norm", "layer_norm", "dropout", "flatten":
		default:
			return ""
		}
	}
	return ""
}

// layer makes one layer of any kind but dense and the recurrent ones.
func (b *modelBuilder) layer(it *Item, follows bool, shape []int) (l nn.Layer, out []int, err error) {
	last := shape[len(shape)-1]
	settings := ""
	switch it.Kind {
	case "activation":
		settings = it.Activation.settings()
		l, err = it.Activation.layer()
	case "batch_norm":
		if err = b.count(it, 2*last); err == nil {
			l, settings = nn.NewBatchNorm(last), "eps 1e-05, momentum 0.1"
		}
	case "layer_norm":
		if err = b.count(it, 2*last); err == nil {
			l, settings = nn.NewLayerNorm(last), "eps 1e-05"
		}
	case "dropout":
		b.drops++
		seed := tensor.NewRNG(b.spec.Train.Seed, dropoutStream+b.drops).Uint64()
		l, settings = nn.NewDropout(it.Rate, seed), fmt.Sprintf("rate %g", it.Rate)
	case "flatten":
		if b.in.layout != data.Rows && len(shape) > 1 {
			return nil, nil, b.fail(it, "flatten: it joins what one example has, and here each step is a row of its own: a recurrent layer with return: last makes one row of them")
		}
		n := 1
		for _, d := range shape {
			n *= d
		}
		l, shape = nn.NewFlatten(), []int{n}
	case "embedding":
		if it != &b.spec.Model[0] || it.Repeat > 1 || len(b.settings) > 0 {
			return nil, nil, b.fail(it, "embedding: it takes the ids that are in the data: it can only be the first layer, once")
		}
		var vocab int
		if vocab, err = b.vocab(it); err == nil {
			err = b.count(it, vocab*it.Units)
		}
		if err == nil {
			l, settings = nn.NewEmbedding(vocab, it.Units), fmt.Sprintf("vocab %d, init normal(1)", vocab)
			nn.Initialize(l, b.rng)
			shape = []int{last, it.Units}
		}
	case "residual":
		l, err = b.residual(it, follows, shape)
	case "parallel":
		l, shape, err = b.parallel(it, follows, shape)
	default:
		err = b.fail(it, "model: unknown layer %q", it.Kind)
	}
	if err != nil {
		return nil, nil, b.at(it, err)
	}
	b.settings[l] = settings
	return l, shape, nil
}

// dense appends a dense layer, and its activation where it has one.
func (b *modelBuilder) dense(layers []nn.Layer, it *Item, following string, shape []int) ([]nn.Layer, []int, error) {
	in := shape[len(shape)-1]
	if err := b.count(it, in*it.Units); err != nil {
		return nil, nil, err
	}
	d := nn.NewDenseNoBias(in, it.Units)
	if it.Bias {
		d = nn.NewDense(in, it.Units)
	}
	init, err := it.weightInit(following)
	if err != nil {
		return nil, nil, b.at(it, err)
	}
	init.Apply(d.W.Value, in, it.Units, b.rng)
	settings := initText(init) + ", no bias"
	if it.Bias {
		bias, err := nn.NewInit(it.BiasInit.Name, it.BiasInit.Value)
		if err != nil {
			return nil, nil, b.at(it, err)
		}
		bias.Apply(d.B.Value, in, it.Units, b.rng)
		settings = initText(init) + ", bias " + initText(bias)
	}
	b.settings[d] = settings
	layers = append(layers, d)
	if it.Activation.Name != "identity" {
		act, err := it.Activation.layer()
		if err != nil {
			return nil, nil, b.at(it, err)
		}
		b.settings[act] = it.Activation.settings()
		layers = append(layers, act)
	}
	out := append(append([]int(nil), shape[:len(shape)-1]...), it.Units)
	return layers, out, nil
}

// weightInit returns the init of a dense item's weights, the default for its
// activation where the spec names none.
func (it *Item) weightInit(following string) (nn.Init, error) {
	if it.Init.Name != "" {
		return nn.NewInit(it.Init.Name, it.Init.Value)
	}
	if it.Activation.Name != "identity" {
		following = it.Activation.Name
	}
	return nn.DefaultInit(following), nil
}

func (b *modelBuilder) fail(it *Item, format string, args ...any) error {
	return b.spec.wrong(it.Line, format, args...)
}

func (b *modelBuilder) at(it *Item, err error) error {
	var placed *SpecError
	if errors.As(err, &placed) {
		return err
	}
	return b.fail(it, "%s: %v", it.Kind, err)
}

func initText(i nn.Init) string {
	if valueOf[i.Name] != "" || gainOf[i.Name] && i.Value != 0 {
		return fmt.Sprintf("%s(%g)", i.Name, i.Value)
	}
	return i.Name
}

// layer makes the activation; unlike those of nn.NewActivation its slope is
// taken as it is, 0 too.
func (a ActivationSpec) layer() (nn.Layer, error) {
	switch a.Name {
	case "linear":
		return nn.NewLinear(a.Slope), nil
	case "leaky_relu":
		return nn.NewLeakyReLU(a.Slope), nil
	}
	return nn.NewActivation(a.Name, 0)
}

func (a ActivationSpec) settings() string {
	if a.Name == "linear" || a.Name == "leaky_relu" {
		return fmt.Sprintf("slope %g", a.Slope)
	}
	return ""
}
