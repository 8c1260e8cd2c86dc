package experiment

import (
	"fmt"

	"github.com/ebb-ml/ebb/optim"
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
