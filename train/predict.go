package train

import (
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// chunkRows is how many rows inference takes at a time unless told otherwise:
// memory stays small whatever the number of rows.
const chunkRows = 256

// Predict returns the model's outputs for the rows of x, [N, features], as
// [N, outputs]; a cross_entropy model's are logits. Any number of goroutines may
// predict with one model, as long as none trains it; see [Predictor] for calls
// that allocate nothing. It panics when x does not
// have the features that the model takes.
func Predict(model nn.Layer, x *tensor.Tensor) *tensor.Tensor {
	var out *tensor.Tensor
	n := x.Dim(0)
	infer(&nn.Pass{}, model, x, chunkRows, func(lo, hi int, pred *tensor.Tensor) {
		if out == nil {
			dims := append([]int(nil), pred.Shape()...)
			dims[0] = n
			out = tensor.New(dims...)
		}
		copy(out.Data[lo*(pred.Len()/max(hi-lo, 1)):], pred.Data)
	})
	return out
}

// infer runs the model over rows lo..hi of x, batch of them at a time, and gives
// each result to use, which must not keep it. Without rows it runs once.
func infer(p *nn.Pass, model nn.Layer, x *tensor.Tensor, batch int, use func(lo, hi int, pred *tensor.Tensor)) {
	n := x.Dim(0)
	for lo := 0; lo == 0 || lo < n; lo += batch {
		hi := min(lo+batch, n)
		p.Reset()
		use(lo, hi, model.Forward(p, rows(p, x, lo, hi)))
	}
}

// rows returns a view of the entries lo..hi of t's first dimension.
func rows(p *nn.Pass, t *tensor.Tensor, lo, hi int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], t.Shape())
	size := t.Len() / max(dims[0], 1)
	dims[0] = hi - lo
	return p.Arena.View(t.Data[lo*size:hi*size], dims[:rank]...)
}
