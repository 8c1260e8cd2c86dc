package train

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Predict returns the model's outputs for the rows of x, [N, features], as
// [N, outputs]; a cross_entropy model's are logits. Any number of goroutines may
// predict with one model, as long as none trains it; see [Predictor] for calls
// that allocate nothing, and [PredictData] for sequences. It panics when x does
// not have the features that the model takes.
func Predict(model nn.Layer, x *tensor.Tensor) *tensor.Tensor {
	return PredictData(model, &data.Dataset{X: x})
}

// PredictData returns the model's outputs for all examples of a data set, in
// their order: [N, outputs] of rows and of sequences with one target, [N, T,
// outputs] where the model gives an output for each step, zeros in the padding.
// Sequences may have different lengths. A stream is [L, outputs].
func PredictData(model nn.Layer, d *data.Dataset) *tensor.Tensor {
	var out *tensor.Tensor
	if d.Layout == data.Stream {
		p := &nn.Pass{State: nn.NewState()}
		for lo := 0; lo < d.Len(); lo += streamWindow {
			p.Reset()
			b := d.Batch(&p.Arena, lo, min(lo+streamWindow, d.Len()))
			pred := model.Forward(p, b.X)
			if out == nil {
				out = tensor.New(d.Len(), pred.Cols())
			}
			copy(out.Data[lo*pred.Cols():], pred.Data)
		}
		return out
	}
	infer(&nn.Pass{}, model, d, 0, func(_ *nn.Pass, lo int, b data.Batch, pred *tensor.Tensor) {
		if out == nil {
			dims := append([]int(nil), pred.Shape()...)
			if len(dims) == 3 && d.Layout == data.Sequences {
				dims[1] = d.Steps()
			}
			dims[0] = d.Len()
			out = tensor.New(dims...)
		}
		if pred.Rank() < 3 || d.Layout != data.Sequences {
			copy(out.Data[lo*(pred.Len()/max(b.Rows, 1)):], pred.Data)
			return
		}
		steps, width := pred.Dim(0), pred.Cols()
		for i := range b.Rows {
			for t := range steps {
				if b.Lengths == nil || t < b.Lengths[i] {
					at := ((lo+i)*d.Steps() + t) * width
					copy(out.Data[at:at+width], pred.Row(t*b.Rows+i))
				}
			}
		}
	})
	return out
}
