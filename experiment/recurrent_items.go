package experiment

import (
	"math"
	"slices"

	"go.yaml.in/yaml/v4"
)

// isRecurrent reports whether the item is a layer over the steps of a sequence.
func (it *Item) isRecurrent() bool { return it.Kind == "rnn" || it.Kind == "lstm" || it.Kind == "gru" }

// hasRecurrent reports whether any of the items, or of those inside them, is
// recurrent.
func hasRecurrent(items []Item) bool {
	return slices.ContainsFunc(items, func(it Item) bool {
		return it.isRecurrent() || hasRecurrent(it.Body) || slices.ContainsFunc(it.Branches, hasRecurrent)
	})
}

// recurrentFields are the keys of lstm and gru, and those of rnn but for its
// activation.
func recurrentFields(it *Item) []field {
	it.BiasInit = InitSpec{}
	it.Layers = 1
	units := intField("units", "hidden units, of each direction", 1, maxUnits, &it.Units)
	units.required = true
	init := func(name, doc string, v *InitSpec) field {
		return field{name: name, doc: doc, schema: initSchema(),
			set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.init(n); return }}
	}
	return []field{
		units,
		intField("layers", "how many stand on each other", 1, maxLayers, &it.Layers),
		boolField("bidirectional", "a second direction, from the last step to the first", &it.Bidirectional),
		enumField("return", "the last hidden state of a sequence, or all of them; by default what the layers after it and the data need", []string{"last", "all"}, &it.Return),
		init("init", "of the input weights, by gate; glorot_uniform if absent, and pytorch is for all weights", &it.Init),
		init("recurrent_init", "of the recurrent weights, by gate; orthogonal if absent", &it.RecurrentInit),
		init("bias_init", "of the bias; zeros if absent, but 1 for the forget gate of an lstm", &it.BiasInit),
	}
}

func lstmFields(it *Item) []field {
	it.ForgetBias = math.NaN()
	f := numberField("forget_bias", "of the forget gate; 1 if absent. To keep something over T steps from the start it takes about ln T", -100, 100, false, &it.ForgetBias)
	return append(recurrentFields(it), f)
}

func rnnFields(it *Item) []field {
	it.Activation.Name = "tanh"
	phi := enumField("activation", "φ; tanh if absent", []string{"tanh", "relu", "sigmoid", "identity"}, &it.Activation.Name)
	return slices.Insert(recurrentFields(it), 1, phi)
}
