package train

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// chunkRows is how many rows inference takes at a time unless told otherwise:
// memory stays small whatever the number of rows. chunkSteps bounds the rows
// times the steps of sequences.
const (
	chunkRows  = 256
	chunkSteps = 1 << 17
)

// Inference on a stream: so many streams side by side, each of at least
// streamSteps steps, in windows of so many.
const (
	streamRows   = 32
	streamSteps  = 512
	streamWindow = 128
)

// infer runs the model over all examples of d, batch of them at a time, and gives
// each batch with its predictions to use, which must not keep them; lo is the
// batch's first example. Without examples it runs once.
func infer(p *nn.Pass, model nn.Layer, d *data.Dataset, batch int, use func(p *nn.Pass, lo int, b data.Batch, pred *tensor.Tensor)) {
	p.Lengths, p.State = nil, nil
	if d.Layout == data.Stream {
		inferStream(p, model, d, use)
		return
	}
	if batch == 0 {
		batch = chunkRows
		if d.Layout == data.Sequences {
			batch = min(batch, max(1, chunkSteps/max(d.Steps(), 1)))
		}
	}
	n := d.Len()
	for lo := 0; lo == 0 || lo < n; lo += batch {
		p.Reset()
		b := d.Batch(&p.Arena, lo, min(lo+batch, n))
		p.Lengths = b.Lengths
		use(p, lo, b, model.Forward(p, b.X))
	}
	p.Lengths = nil
}

// inferStream cuts a stream into streams side by side: they are independent, so
// the products have rows to share out, and each is run in windows with its state
// carried. The last one may be shorter.
func inferStream(p *nn.Pass, model nn.Layer, d *data.Dataset, use func(p *nn.Pass, lo int, b data.Batch, pred *tensor.Tensor)) {
	n := d.Len()
	streams := min(max(n/streamSteps, 1), streamRows)
	length := (n + streams - 1) / streams
	p.State = nn.NewState()
	lengths := make([]int, streams)
	for lo := 0; lo < length; lo += streamWindow {
		p.Reset()
		w := min(streamWindow, length-lo)
		b := data.Batch{X: p.Arena.New(w, streams), Rows: streams, First: lo == 0, PerStep: true}
		if d.Y != nil {
			b.Y = p.Arena.New(w, streams)
		}
		for s := range streams {
			from := s*length + lo
			lengths[s] = min(max(n-from, 0), w)
			if lengths[s] < w {
				b.Lengths = lengths
			}
			for t := range w {
				id, y := tensor.Float(0), tensor.Float(0)
				if t < lengths[s] {
					id = d.X.Data[from+t]
					if b.Y != nil {
						y = d.Y.Data[from+t]
					}
				}
				b.X.Data[t*streams+s] = id
				if b.Y != nil {
					b.Y.Data[t*streams+s] = y
				}
			}
		}
		p.Lengths = b.Lengths
		use(p, lo, b, model.Forward(p, b.X))
	}
	p.Lengths, p.State = nil, nil
}
