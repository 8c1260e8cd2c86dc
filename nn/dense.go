package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Dense is the affine layer z = x·W + b on the last dimension.
type Dense struct {
	W, B   *Param // W is [in, out]; B is [out], or nil without a bias
	params []*Param
	x, z   *tensor.Tensor
}

// NewDense returns a dense layer of zeros with a bias; see [Init] for its
// weights. x is [..., in], the result [..., out].
func NewDense(in, out int) *Dense {
	d := NewDenseNoBias(in, out)
	d.B = NewParam("bias", out)
	d.params = append(d.params, d.B)
	return d
}

// NewDenseNoBias returns a dense layer of zeros without a bias.
func NewDenseNoBias(in, out int) *Dense {
	if in <= 0 || out <= 0 {
		panic(fmt.Sprintf("nn.NewDense: sizes must be positive, got in %d, out %d", in, out))
	}
	d := &Dense{W: NewParam("weight", in, out)}
	d.W.Transposed = true
	d.params = []*Param{d.W}
	return d
}

// In and Out return the numbers of features that go in and come out.
func (d *Dense) In() int  { return d.W.Value.Dim(0) }
func (d *Dense) Out() int { return d.W.Value.Dim(1) }

func (d *Dense) Kind() string     { return "dense" }
func (d *Dense) Stage() Stage     { return StageWeights }
func (d *Dense) Params() []*Param { return d.params }

// Forward computes z = x·W + b.
func (d *Dense) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	z := d.begin(p, x)
	d.forwardRows(x, z, 0, x.Rows())
	return z
}

// Backward computes dW += xᵀ·dz, db += Σ dz over the rows, and dx = dz·Wᵀ.
func (d *Dense) Backward(p *Pass, dz *tensor.Tensor) *tensor.Tensor {
	dx := d.beginBackward(p, dz)
	d.weightGradient(p, dz)
	if dx != nil {
		d.backwardRows(dz, dx, 0, dz.Rows())
	}
	return dx
}

func (d *Dense) begin(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	p.CheckFeatures("dense", x, d.In())
	z := p.LikeRows(x, d.Out())
	if p.Record {
		d.x, d.z = x, z
	}
	return z
}

func (d *Dense) forwardRows(x, z *tensor.Tensor, lo, hi int) { d.rows(x, z, lo, hi, false) }

// rows computes rows lo..hi of z, or of ReLU(z).
func (d *Dense) rows(x, z *tensor.Tensor, lo, hi int, relu bool) {
	in, out := d.In(), d.Out()
	e := kernel.Epilogue{ReLU: relu}
	if d.B != nil {
		e.Bias = d.B.Value.Data
	}
	kernel.Gemm(kernel.NN, hi-lo, out, in, x.Data[lo*in:hi*in], in, d.W.Value.Data, out, z.Data[lo*out:hi*out], out, e)
}

func (d *Dense) beginBackward(p *Pass, dz *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("dense", dz, d.z)
	if !p.InputGrad() {
		return nil
	}
	return p.Arena.Like(d.x)
}

func (d *Dense) backwardRows(dz, dx *tensor.Tensor, lo, hi int) {
	in, out := d.In(), d.Out()
	kernel.Gemm(kernel.NT, hi-lo, in, out, dz.Data[lo*out:hi*out], out, d.W.Value.Data, out, dx.Data[lo*in:hi*in], in, kernel.Epilogue{})
}

func (d *Dense) weightGradient(p *Pass, dz *tensor.Tensor) {
	p.leave(newWeightGradient(d.W, d.B, d.x, dz))
}
