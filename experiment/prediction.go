package experiment

import (
	"github.com/ebb-ml/ebb/data"
)

// Prediction is the answer for one row.
type Prediction struct {
	Class         string             `json:"class,omitempty"`         // of a classification
	Probabilities map[string]float64 `json:"probabilities,omitempty"` // where the loss makes the outputs probabilities
	Values        map[string]float64 `json:"values,omitempty"`        // of a regression, in the unit of the data

	// Steps has an answer for each step of a sequence, where the model gives one;
	// the rest is then empty.
	Steps []Prediction `json:"steps,omitempty"`
}

// overflow names an output that is not finite; empty when all are.
func (p *Prediction) overflow() string {
	for _, numbers := range []map[string]float64{p.Values, p.Probabilities} {
		for name, v := range numbers {
			if !finite(v) {
				return name
			}
		}
	}
	return ""
}

// bySequence puts the answers for the steps of each sequence together.
func bySequence(all []Prediction, d *data.Dataset) []Prediction {
	list := make([]Prediction, d.Len())
	for i := range list {
		n := d.Steps()
		steps := all[i*n : (i+1)*n : (i+1)*n]
		if d.Lengths != nil {
			steps = steps[:d.Lengths[i]]
		}
		list[i].Steps = steps
	}
	return list
}
