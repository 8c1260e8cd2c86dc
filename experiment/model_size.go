package experiment

import "github.com/ebb-ml/ebb/data"

// vocab returns the number of ids of an embedding, by default those of the data.
func (b *modelBuilder) vocab(it *Item) (int, error) {
	switch {
	case it.Vocab > 0:
		return it.Vocab, nil
	case b.in.ids > 0:
		return b.in.ids, nil
	}
	return 0, b.fail(it, "embedding: the key \"vocab\" is missing: the data does not say how many ids there are")
}

// count adds the parameters of a layer before it takes memory for them.
func (b *modelBuilder) count(it *Item, n int) error {
	if b.params += n; b.params > b.limit {
		return b.fail(it, "%s: the model has more than %d parameters, expected at most that", it.Kind, b.limit)
	}
	return nil
}

// make adds the values that a layer makes of one example; of a sequence those of
// the steps that are kept.
func (b *modelBuilder) make(it *Item, shape []int) error {
	n := 1
	for _, d := range shape {
		n *= d
	}
	if b.in.layout != data.Rows && len(shape) == 2 {
		n = n / max(shape[0], 1) * b.in.recorded(b.spec.Train.BPTT)
	}
	return b.made(it, n)
}

func (b *modelBuilder) made(it *Item, n int) error {
	limit := maxValues
	if b.in.layout != data.Rows {
		limit = maxSequenceValues
	}
	if b.values += n; b.values > limit {
		return b.fail(it, "%s: the layers make more than %d values of one example, expected at most that", it.Kind, limit)
	}
	return nil
}
