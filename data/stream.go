package data

import "fmt"

// NewStreamBatcher returns the windows of a data set of one long stream. The
// stream is cut into so many streams of equal length, one behind the other (what
// is left over at the end is not used); they lie side by side as the rows of
// the batch, and each batch has the next steps of all of them: X and Y are
// [steps, streams]. The last window of an epoch has what is left. Nothing is
// shuffled: in an epoch each batch goes on where the one before it ended, and
// First is true for the epoch's first alone.
//
// [Batcher.Seek] finds any batch again; the state that recurrent layers carry
// into it is not the batcher's, and has to be saved beside the position.
func NewStreamBatcher(d *Dataset, streams, steps int) (*Batcher, error) {
	n := d.Len()
	switch {
	case d.Layout != Stream:
		return nil, fmt.Errorf("%s has the layout %s, expected a stream", d.Name, d.Layout)
	case steps < 1:
		return nil, fmt.Errorf("steps: got %d, expected at least 1 in a window", steps)
	case streams < 1:
		return nil, fmt.Errorf("batch: got %d, expected at least 1 stream", streams)
	case streams > n:
		return nil, fmt.Errorf("batch: got %d streams, and %s has %d steps in all", streams, d.Name, n)
	}
	return &Batcher{data: d, size: streams, streams: streams, steps: min(steps, n/streams), stream: n / streams}, nil
}

// window returns the window at of each stream.
func (b *Batcher) window(at int) Batch {
	b.arena.Reset()
	lo := at * b.steps
	steps := min(b.steps, b.stream-lo)
	out := Batch{X: b.arena.New(steps, b.streams), Rows: b.streams, First: at == 0, PerStep: true}
	if b.data.Y != nil {
		out.Y = b.arena.New(steps, b.streams)
	}
	for s := range b.streams {
		from := s*b.stream + lo
		for t, id := range b.data.X.Data[from : from+steps] {
			out.X.Data[t*b.streams+s] = id
		}
		if out.Y == nil {
			continue
		}
		for t, id := range b.data.Y.Data[from : from+steps] {
			out.Y.Data[t*b.streams+s] = id
		}
	}
	return out
}
