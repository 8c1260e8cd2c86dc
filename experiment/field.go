package experiment

import (
	"math"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

// field is one key of a mapping in the spec: the parser sets it, the schema
// describes it.
type field struct {
	name     string
	doc      string
	schema   *jsonschema.Schema
	required bool
	set      func(d *decoder, n *yaml.Node) error
}

func intField(name, doc string, low, high int, v *int) field {
	return field{name: name, doc: doc, schema: &jsonschema.Schema{Type: "integer", Minimum: ptr(float64(low)), Maximum: ptr(float64(high))},
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.integer(n, low, high); return }}
}

// numberField takes a number from [low, high]; open excludes both ends.
func numberField(name, doc string, low, high float64, open bool, v *float64) field {
	s := &jsonschema.Schema{Type: "number"}
	least, most := &s.Minimum, &s.Maximum
	if open {
		least, most = &s.ExclusiveMinimum, &s.ExclusiveMaximum
	}
	if !math.IsInf(low, 0) {
		*least = ptr(low)
	}
	if !math.IsInf(high, 0) {
		*most = ptr(high)
	}
	return field{name: name, doc: doc, schema: s,
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.number(n, low, high, open); return }}
}

// shareField takes a number from 0 to below 1; whole says what is wrong with 1.
func shareField(name, doc, whole string, v *float64) field {
	return field{name: name, doc: doc, schema: shareSchema(),
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.share(n, whole); return }}
}

func shareSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", Minimum: ptr(0.0), ExclusiveMaximum: ptr(1.0)}
}

func boolField(name, doc string, v *bool) field {
	return field{name: name, doc: doc, schema: &jsonschema.Schema{Type: "boolean"},
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.boolean(n); return }}
}

func textField(name, doc string, v *string) field {
	return field{name: name, doc: doc, schema: &jsonschema.Schema{Type: "string", MinLength: ptr(1)},
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.text(n); return }}
}

func enumField(name, doc string, values []string, v *string) field {
	return field{name: name, doc: doc, schema: enumSchema(values),
		set: func(d *decoder, n *yaml.Node) (err error) { *v, err = d.enum(n, values); return }}
}

func enumSchema(values []string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// objectSchema is the strict mapping of the given fields.
func objectSchema(fields []field) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
	for _, f := range fields {
		p := *f.schema
		p.Description = f.doc
		s.Properties[f.name] = &p
		s.PropertyOrder = append(s.PropertyOrder, f.name)
		if f.required {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

func ptr[T any](v T) *T { return &v }
