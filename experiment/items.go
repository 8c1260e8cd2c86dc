package experiment

import (
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/nn"
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

// kind is one sort of model item: how its value is read, and its schema.
type kind struct {
	name, doc string
	schema    func() *jsonschema.Schema
	set       func(d *decoder, n *yaml.Node, it *Item, depth int, count *int) error
}

// kinds lists the layers that a spec can name. It is a function because
// residual and parallel contain items again.
func kinds() []kind {
	object := func(name, doc string, fields func(*Item) []field) kind {
		return kind{name, doc, func() *jsonschema.Schema { return objectSchema(fields(&Item{})) },
			func(d *decoder, n *yaml.Node, it *Item, _ int, _ *int) error {
				return d.mapping(n, name, fields(it))
			}}
	}
	empty := func(*Item) []field { return nil }
	itemsRef := func() *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", MinItems: ptr(1), Items: &jsonschema.Schema{Ref: "#/properties/model/items"}}
	}
	return []kind{
		object("dense", "z = x·W + b, then the activation", denseFields),
		{"activation", "an activation by itself", activationSchema,
			func(d *decoder, n *yaml.Node, it *Item, _ int, _ *int) (err error) {
				it.Activation, err = d.activation(n)
				return err
			}},
		object("batch_norm", "normalizes each feature over the batch", empty),
		object("layer_norm", "normalizes each row over its features", empty),
		{"dropout", "sets this share of the features to zero while training",
			shareSchema,
			func(d *decoder, n *yaml.Node, it *Item, _ int, _ *int) (err error) {
				it.Rate, err = d.share(n, "nothing would get through")
				return err
			}},
		object("flatten", "joins all features of an example into one row", empty),
		object("embedding", "looks up a learned row for each id", embeddingFields),
		object("rnn", "h = φ(W_ih·x + b_ih + W_hh·h + b_hh) at each step of a sequence", rnnFields),
		object("lstm", "long short-term memory, PyTorch's gates i, f, g, o", lstmFields),
		object("gru", "gated recurrent unit, PyTorch's gates r, z, n", recurrentFields),
		{"residual", "x + body(x)", itemsRef,
			func(d *decoder, n *yaml.Node, it *Item, depth int, count *int) (err error) {
				it.Body, err = d.items(n, "residual", depth+1, count)
				return err
			}},
		{"parallel", "branches side by side, their outputs joined",
			func() *jsonschema.Schema {
				return &jsonschema.Schema{Type: "array", MinItems: ptr(1), Items: itemsRef()}
			},
			func(d *decoder, n *yaml.Node, it *Item, depth int, count *int) error {
				if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
					return d.fail(n, "parallel: expected a list of branches, each a list of layers, got %s", describeNode(n))
				}
				for _, b := range n.Content {
					branch, err := d.items(b, "parallel", depth+1, count)
					if err != nil {
						return err
					}
					it.Branches = append(it.Branches, branch)
				}
				return nil
			}},
	}
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

func denseFields(it *Item) []field {
	units := intField("units", "number of outputs", 1, maxUnits, &it.Units)
	units.required = true
	return []field{
		units,
		{name: "activation", doc: "φ; identity if absent", schema: activationSchema(),
			set: func(d *decoder, n *yaml.Node) (err error) { it.Activation, err = d.activation(n); return }},
		{name: "init", doc: "of the weights; by default he_uniform for the relu family, lecun_normal for selu, else glorot_uniform",
			schema: initSchema(),
			set:    func(d *decoder, n *yaml.Node) (err error) { it.Init, err = d.init(n); return }},
		boolField("bias", "whether there is a bias", &it.Bias),
		{name: "bias_init", doc: "of the bias; zeros if absent", schema: initSchema(),
			set: func(d *decoder, n *yaml.Node) (err error) { it.BiasInit, err = d.init(n); return }},
	}
}

func embeddingFields(it *Item) []field {
	vocab := intField("vocab", "number of different ids; by default those of the data, where it is a text or sequences of ids", 1, 1<<24, &it.Vocab)
	units := intField("units", "length of a row", 1, maxUnits, &it.Units)
	units.required = true
	return []field{vocab, units}
}

func activationSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		enumSchema(nn.ActivationNames()),
		objectSchema([]field{{name: "linear", doc: "slope·z", schema: objectSchema([]field{slopeField(new(float64))}), required: true}}),
		objectSchema([]field{{name: "leaky_relu", doc: "slope·z below zero", schema: objectSchema([]field{slopeField(new(float64))}), required: true}}),
	}}
}

func initSchema() *jsonschema.Schema {
	s := &jsonschema.Schema{OneOf: []*jsonschema.Schema{enumSchema(slices.DeleteFunc(nn.InitNames(),
		func(n string) bool { return valueOf[n] != "" }))}}
	for _, name := range nn.InitNames() {
		if valueOf[name] != "" {
			s.OneOf = append(s.OneOf, objectSchema([]field{{name: name, doc: "an init", required: true,
				schema: objectSchema([]field{initField(name, new(float64))})}}))
		}
		if gainOf[name] {
			s.OneOf = append(s.OneOf, objectSchema([]field{{name: name, doc: "an init", required: true,
				schema: objectSchema([]field{gainField(new(float64))})}}))
		}
	}
	return s
}

// itemSchema is a mapping of exactly one kind, and repeat.
func itemSchema() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	for _, k := range kinds() {
		p := k.schema()
		p.Description = k.doc
		s.Properties[k.name] = p
		s.PropertyOrder = append(s.PropertyOrder, k.name)
		s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: []string{k.name}})
	}
	s.Properties["repeat"] = &jsonschema.Schema{Type: "integer", Minimum: ptr(1.0), Maximum: ptr(float64(maxLayers)),
		Description: "how many times the item stands here"}
	s.PropertyOrder = append(s.PropertyOrder, "repeat")
	return s
}

// items reads a list of model items. count is the number of layers so far,
// repeats included.
func (d *decoder) items(n *yaml.Node, what string, depth int, count *int) ([]Item, error) {
	n, err := d.resolve(n)
	if err != nil {
		return nil, err
	}
	if n.Kind != yaml.SequenceNode {
		return nil, d.fail(n, "%s: expected a list of layers, got %s", what, describeNode(n))
	}
	if len(n.Content) == 0 {
		return nil, d.fail(n, "%s: the list of layers is empty", what)
	}
	if depth > maxNest {
		return nil, d.fail(n, "%s: layers are nested more than %d deep", what, maxNest)
	}
	var list []Item
	for _, c := range n.Content {
		before := *count
		it, err := d.item(c, depth, count)
		if err != nil {
			return nil, err
		}
		inside := *count - before + 1
		if inside*it.Repeat+before > maxLayers {
			return nil, d.fail(c, "%s: more than %d layers", what, maxLayers)
		}
		*count = before + inside*it.Repeat
		list = append(list, it)
	}
	return list, nil
}

func (d *decoder) item(n *yaml.Node, depth int, count *int) (Item, error) {
	it := Item{Repeat: 1, Bias: true, Activation: ActivationSpec{Name: "identity", Slope: 1}, BiasInit: InitSpec{Name: "zeros"}}
	n, err := d.resolve(n)
	if err != nil {
		return it, err
	}
	it.Line = n.Line
	if n.Kind != yaml.MappingNode {
		if n.Kind == yaml.ScalarNode && slices.Contains(kindNames(), n.Value) {
			return it, d.fail(n, "expected a layer with its settings, as in %q, got %s", n.Value+": {}", describeNode(n))
		}
		return it, d.fail(n, "expected a layer, as in \"dense: {units: 64}\", got %s", describeNode(n))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Value == "repeat" {
			f := intField("repeat", "", 1, maxLayers, &it.Repeat)
			if err := f.set(d, value); err != nil {
				return it, named(err, "model: repeat")
			}
			continue
		}
		k := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == key.Value })
		if k < 0 {
			return it, d.fail(key, "model: unknown layer %q, %s", spelling.Clip(key.Value), suggestKind(key.Value))
		}
		if it.Kind != "" {
			return it, d.fail(key, "model: one entry has two layers, %q and %q: give each a dash of its own", it.Kind, key.Value)
		}
		it.Kind = key.Value
		if err := kinds()[k].set(d, value, &it, depth, count); err != nil {
			return it, named(err, "model."+it.Kind)
		}
	}
	if it.Kind == "" {
		return it, d.fail(n, "model: the entry names no layer")
	}
	return it, nil
}
