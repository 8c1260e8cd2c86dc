package experiment

import (
	"path/filepath"
	"strings"

	"github.com/ebb-ml/ebb/data"
)

// isNPZ reports whether the source is an .npz file, whose arrays can be rows as
// well as sequences: the model decides.
func (s *Spec) isNPZ() bool {
	return strings.EqualFold(filepath.Ext(s.Data.Source), ".npz")
}

// checkTime refuses settings of sequences that the data or the model can't have,
// and gives a text the window that it needs.
func (s *Spec) checkTime(d *data.Dataset) error {
	t := &s.Train
	switch {
	case d.Layout == data.Rows && t.BPTT > 0:
		return s.wrong(t.bpttLine, "train.bptt: %s has rows and no steps to go back through: expected 0", d.Name)
	case d.Layout == data.Stream && t.Batch == 0:
		return s.wrong(t.batchLine, "train.batch: a text is read in parts side by side: expected their number, not full")
	case d.Layout == data.Stream && d.Len() < 2*t.Batch && t.batchLine > 0:
		return s.wrong(t.batchLine, "train.batch: %s has %d characters: expected at most %d parts", d.Name, d.Len()+1, max(1, d.Len()/2))
	case d.IDs > 0 && s.Model[0].Kind != "embedding":
		return s.wrong(s.Model[0].Line, "model: %s has ids of %d different things, which are names and not amounts: expected an embedding as the first layer", d.Name, d.IDs)
	case d.IDs > 0 && s.Model[0].Vocab > 0 && s.Model[0].Vocab < d.IDs:
		return s.wrong(s.Model[0].Line, "embedding: vocab: %s has %d different ids, got %d", d.Name, d.IDs, s.Model[0].Vocab)
	}
	s.applyTextWindow(d.Layout)
	return nil
}

// applyTextWindow gives a spec for a text its default window: the whole text is
// none that backpropagation could go through.
func (s *Spec) applyTextWindow(l data.Layout) {
	if l == data.Stream && s.Train.BPTT == 0 {
		s.Train.BPTT = defaultTextWindow
	}
}

// outputShape returns the shape of the outputs for all examples of d.
func outputShape(d *data.Dataset, units int) []int {
	if d.Layout == data.Sequences && d.PerStep {
		return []int{d.Len(), d.Steps(), units}
	}
	return []int{d.Len(), units}
}

// batchesOf returns how many training steps an epoch has.
func (e *Experiment) batchesOf() int {
	t, n := e.Spec.Train, e.Train.Len()
	switch {
	case e.Train.Layout == data.Stream:
		return (n/t.Batch + t.BPTT - 1) / t.BPTT
	case t.Batch == 0:
		t.Batch = n
	}
	batches := (n + t.Batch - 1) / t.Batch
	if e.Train.PerStep && t.BPTT > 0 {
		batches *= (e.Train.Steps() + t.BPTT - 1) / t.BPTT
	}
	return batches
}
