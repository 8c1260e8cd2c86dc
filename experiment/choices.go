package experiment

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

func (d *decoder) activation(n *yaml.Node) (ActivationSpec, error) {
	name, settings, err := d.one(n, "an activation")
	if err != nil {
		return ActivationSpec{}, err
	}
	a := ActivationSpec{Slope: 1}
	if a.Name, err = d.enum(name, nn.ActivationNames()); err != nil {
		return a, err
	}
	if a.Name == "leaky_relu" {
		a.Slope = 0.01
	}
	if settings != nil {
		if a.Name != "linear" && a.Name != "leaky_relu" {
			return a, d.fail(settings, "%s takes no settings", a.Name)
		}
		err = d.mapping(settings, a.Name, []field{slopeField(&a.Slope)})
	}
	return a, err
}

func slopeField(v *float64) field {
	return numberField("slope", "factor of z", math.Inf(-1), math.Inf(1), false, v)
}

// valueOf names the setting of each init that needs one, gainOf that of each that
// may have one.
var (
	valueOf = map[string]string{"constant": "value", "normal": "std", "uniform": "limit"}
	gainOf  = map[string]bool{"orthogonal": true, "identity": true}
)

func (d *decoder) init(n *yaml.Node) (InitSpec, error) {
	name, settings, err := d.one(n, "an init")
	if err != nil {
		return InitSpec{}, err
	}
	var s InitSpec
	if s.Name, err = d.enum(name, nn.InitNames()); err != nil {
		return s, err
	}
	key, has := valueOf[s.Name]
	switch {
	case has && settings == nil:
		return s, d.fail(n, "%s needs a setting: {%s: {%s: 0.05}}", s.Name, s.Name, key)
	case gainOf[s.Name] && settings != nil:
		err = d.mapping(settings, s.Name, []field{gainField(&s.Value)})
	case !has && settings != nil:
		return s, d.fail(settings, "%s takes no settings", s.Name)
	case has:
		err = d.mapping(settings, s.Name, []field{initField(s.Name, &s.Value)})
	}
	return s, err
}

// gainField takes a factor that is not 0: that would be zeros.
func gainField(v *float64) field {
	f := numberField("gain", "what the matrix is multiplied by", math.Inf(-1), math.Inf(1), false, v)
	set := f.set
	f.set = func(d *decoder, n *yaml.Node) error {
		if err := set(d, n); err != nil {
			return err
		}
		if *v == 0 {
			return d.wrong(n, "expected a factor that is not 0: that is zeros")
		}
		return nil
	}
	f.required = true
	f.schema.Not = &jsonschema.Schema{Const: ptr[any](0.0)}
	return f
}

func initField(name string, v *float64) field {
	low := 0.0
	if name == "constant" {
		low = math.Inf(-1)
	}
	f := numberField(valueOf[name], "of the "+name+" init", low, math.Inf(1), false, v)
	f.required = true
	return f
}
