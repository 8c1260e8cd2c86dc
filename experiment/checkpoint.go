package experiment

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// Keys of a weights file's metadata, and the prefix of optimizer state in a
// checkpoint. A file with the first three is a whole model: it can be loaded
// without the run it came from.
const (
	metaSpec     = "ebb.spec"
	metaSchema   = "ebb.schema"
	metaSeed     = "ebb.seed"
	metaPosition = "ebb.position"
	metaEvents   = "ebb.events" // length of events.jsonl when the checkpoint was written
	slotPrefix   = "optimizer."
	carryPrefix  = "carried."
)

// modelMetadata is what makes a weights file a whole model.
func modelMetadata(s *Spec, schema *data.Schema) (map[string]string, error) {
	b, err := json.Marshal(schema)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"format":   "pt", // the tensors are laid out as PyTorch's
		metaSpec:   s.Text,
		metaSchema: string(b),
		metaSeed:   fmt.Sprint(s.Train.Seed),
	}, nil
}

// saver writes the checkpoints of a run: at most one every interval, since a
// small network has thousands of epochs a minute and each checkpoint is synced
// to disk. The best state waits in memory and is always written before the last
// one, so that the two files never contradict each other.
type saver struct {
	dir      string
	meta     map[string]string
	events   *eventLog
	interval time.Duration
	wrote    time.Time
	best     *train.State // not written yet
	last     *train.State
}

func (s *saver) save(kind string, st train.State) error {
	if kind == "best" {
		s.best = &st
		return nil
	}
	s.last = &st
	if time.Since(s.wrote) < s.interval {
		return nil
	}
	return s.flush()
}

// flush writes what waits.
func (s *saver) flush() error {
	if s.last == nil {
		return nil
	}
	// The events first: a checkpoint must not know of more than they tell.
	length, err := s.events.sync()
	if err != nil {
		return err
	}
	if s.best != nil {
		if err := s.write(bestFile, s.best, length); err != nil {
			return err
		}
		s.best = nil
	}
	if err := s.write(lastFile, s.last, length); err != nil {
		return err
	}
	s.last, s.wrote = nil, time.Now()
	return nil
}

func (s *saver) write(file string, st *train.State, events int64) error {
	position, err := json.Marshal(st.Position)
	if err != nil {
		return err
	}
	meta := map[string]string{metaPosition: string(position), metaEvents: fmt.Sprint(events)}
	for k, v := range s.meta {
		meta[k] = v
	}
	var list []modelfile.Tensor
	for _, w := range st.Weights {
		list = append(list, entryOf(w, w.Name).Tensor(modelfile.Exact()))
	}
	for _, w := range st.Slots {
		list = append(list, entryOf(w, slotPrefix+w.Name).Tensor(modelfile.Exact()))
	}
	for _, w := range st.Carried {
		list = append(list, entryOf(w, carryPrefix+w.Name).Tensor(modelfile.Exact()))
	}
	return modelfile.WriteFile(filepath.Join(s.dir, file), meta, list)
}

func entryOf(s train.Saved, name string) modelfile.Entry {
	return modelfile.Entry{Name: name, Shape: s.Tensor.Shape(), Data: s.Tensor.Data, Transposed: s.Transposed}
}

// readState reads a checkpoint into a state that has the tensors of shape, and
// returns the length of the events that it knows of.
func readState(path string, shape train.State) (st train.State, events int64, err error) {
	f, err := modelfile.Read(path)
	if err != nil {
		return st, 0, err
	}
	if err := json.Unmarshal([]byte(f.Metadata[metaPosition]), &st.Position); err != nil {
		return st, 0, fmt.Errorf("%s: no usable %s in its metadata: it is not a checkpoint (%w)", path, metaPosition, err)
	}
	if _, err := fmt.Sscan(f.Metadata[metaEvents], &events); err != nil || events < 0 {
		return st, 0, fmt.Errorf("%s: no usable %s in its metadata", path, metaEvents)
	}
	fill := func(list []train.Saved, prefix string) ([]train.Saved, []modelfile.Entry) {
		var out []train.Saved
		var entries []modelfile.Entry
		for _, s := range list {
			s.Tensor = tensor.New(s.Tensor.Shape()...)
			out = append(out, s)
			entries = append(entries, entryOf(s, prefix+s.Name))
		}
		return out, entries
	}
	shape.Carried = nil
	for _, t := range f.Tensors {
		name, ok := strings.CutPrefix(t.Name, carryPrefix)
		if ok && len(t.Shape) == 2 {
			// Its rows are those of the batch, which the model does not know.
			shape.Carried = append(shape.Carried, train.Saved{Name: name, Tensor: tensor.New(t.Shape...)})
		}
	}
	carried, c := fill(shape.Carried, carryPrefix)
	weights, a := fill(shape.Weights, "")
	slots, b := fill(shape.Slots, slotPrefix)
	if err := modelfile.LoadInto(f, slices.Concat(a, b, c)); err != nil {
		return st, 0, fmt.Errorf("%s: %w", path, err)
	}
	st.Weights, st.Slots, st.Carried = weights, slots, carried
	return st, events, nil
}

// weightsOnly drops from a checkpoint what is no weight: the optimizer's state,
// and what recurrent layers carry.
func weightsOnly(f *modelfile.File) *modelfile.File {
	w := &modelfile.File{Metadata: f.Metadata}
	for _, t := range f.Tensors {
		if !strings.HasPrefix(t.Name, slotPrefix) && !strings.HasPrefix(t.Name, carryPrefix) {
			w.Tensors = append(w.Tensors, t)
		}
	}
	return w
}
