package experiment

import (
	"fmt"

	"github.com/ebb-ml/ebb/data"
)

// vocab returns the number of ids that the spec's embedding knows, 0 for a model
// without one.
func (s *Spec) vocab() int {
	if len(s.Model) > 0 && s.Model[0].Kind == "embedding" {
		return s.Model[0].Vocab
	}
	return 0
}

// keepIDs takes the inputs out of standardizing: ids are names, not amounts.
func keepIDs(s *data.Scaler) {
	for i := range s.Mean {
		s.Mean[i], s.Std[i] = 0, 1
	}
}

// checkIDs refuses inputs that the spec's embedding has no row for.
func checkIDs(s *Spec, d *data.Dataset) error {
	vocab := s.vocab()
	if vocab == 0 || d.IDs > 0 { // package data has checked its own ids
		return nil
	}
	for i := range d.X.Rows() {
		for j, v := range d.X.Row(i) {
			if id := int(v); float64(id) != float64(v) || id < 0 || id >= vocab {
				return fmt.Errorf("%s: feature %q has the value %v, and the embedding takes whole numbers from 0 to %d", d.Name, d.Features[j], v, vocab-1)
			}
		}
	}
	return nil
}
