package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/optim"
	"go.yaml.in/yaml/v4"
)

// rule returns the update rule that a spec asks for.
func (o OptimizerSpec) rule() (optim.Rule, error) {
	switch o.Name {
	case "sgd":
		r := optim.NewSGD()
		r.Momentum, r.Nesterov, r.WeightDecay = o.Momentum, o.Nesterov, o.WeightDecay
		return r, nil
	case "adagrad":
		r := optim.NewAdagrad()
		r.Eps, r.WeightDecay = o.Eps, o.WeightDecay
		return r, nil
	case "rmsprop":
		r := optim.NewRMSprop()
		r.Alpha, r.Eps, r.Momentum, r.WeightDecay = o.Alpha, o.Eps, o.Momentum, o.WeightDecay
		return r, nil
	case "adam":
		r := optim.NewAdam()
		r.Beta1, r.Beta2, r.Eps, r.WeightDecay = o.Beta1, o.Beta2, o.Eps, o.WeightDecay
		return r, nil
	case "adamw":
		r := optim.NewAdamW()
		r.Beta1, r.Beta2, r.Eps, r.WeightDecay = o.Beta1, o.Beta2, o.Eps, o.WeightDecay
		return r, nil
	}
	return nil, fmt.Errorf("unknown optimizer %q", o.Name)
}

// schedule returns the learning-rate schedule that a spec asks for; lr is the
// base rate, which the lowest rates of the spec are shares of.
func (s ScheduleSpec) schedule(lr float64) (optim.Schedule, error) {
	var sched optim.Schedule
	switch s.Name {
	case "constant":
		sched = optim.Constant{}
	case "step":
		sched = optim.StepDecay{Every: s.Every, Gamma: s.Gamma}
	case "cosine":
		sched = optim.Cosine{Min: s.MinLR / lr}
	case "plateau":
		p := optim.NewPlateau()
		p.Drop, p.Patience, p.Min = s.Factor, s.Patience, s.MinLR/lr
		sched = p
	default:
		return nil, fmt.Errorf("unknown schedule %q", s.Name)
	}
	if s.WarmUp > 0 {
		sched = optim.WarmUp{Steps: s.WarmUp, Then: sched}
	}
	return sched, nil
}

func optimizerFields(o *OptimizerSpec) []field {
	inf := math.Inf(1)
	name := enumField("name", "the update rule", optim.Names(), &o.Name)
	name.required = true
	return []field{
		name,
		numberField("lr", "learning rate; by default PyTorch's for the rule", 0, inf, true, &o.LR),
		numberField("momentum", "sgd and rmsprop: share of the last update that is kept", 0, 1, false, &o.Momentum),
		boolField("nesterov", "sgd: look ahead by the momentum", &o.Nesterov),
		numberField("weight_decay", "pull of the weights towards zero", 0, inf, false, &o.WeightDecay),
		numberField("alpha", "rmsprop: memory of the squared gradient", 0, 1, false, &o.Alpha),
		shareField("beta1", "adam, adamw: memory of the gradient", "nothing new would be remembered", &o.Beta1),
		shareField("beta2", "adam, adamw: memory of the squared gradient", "nothing new would be remembered", &o.Beta2),
		numberField("eps", "adagrad, rmsprop, adam, adamw: added to the denominator", 0, inf, false, &o.Eps),
	}
}

// settingsOf lists the keys that an update rule takes.
var settingsOf = map[string][]string{
	"sgd":     {"momentum", "nesterov", "weight_decay"},
	"adagrad": {"weight_decay", "eps"},
	"rmsprop": {"alpha", "momentum", "weight_decay", "eps"},
	"adam":    {"beta1", "beta2", "weight_decay", "eps"},
	"adamw":   {"beta1", "beta2", "weight_decay", "eps"},
}

func (d *decoder) optimizer(n *yaml.Node, o *OptimizerSpec) error {
	n, err := d.resolve(n)
	if err != nil {
		return err
	}
	// The defaults of weight_decay and eps depend on the rule's name.
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "name" && slices.Contains(optim.Names(), n.Content[i+1].Value) {
				o.Name = n.Content[i+1].Value
			}
		}
	}
	o.applyDefaults()
	if err := d.mapping(n, "optimizer", optimizerFields(o)); err != nil {
		return err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if k := key.Value; k != "name" && k != "lr" && !slices.Contains(settingsOf[o.Name], k) {
			return d.fail(key, "optimizer: %s has no %q; it takes lr, %s", o.Name, k, strings.Join(settingsOf[o.Name], ", "))
		}
	}
	if o.Nesterov && o.Momentum == 0 {
		return d.fail(n, "optimizer: nesterov needs a momentum above 0")
	}
	return nil
}

// applyDefaults sets what depends on the rule: PyTorch's weight_decay and eps.
func (o *OptimizerSpec) applyDefaults() {
	o.WeightDecay, o.Eps = 0, 1e-8
	switch o.Name {
	case "adamw":
		o.WeightDecay = 0.01
	case "adagrad":
		o.Eps = 1e-10
	}
}
