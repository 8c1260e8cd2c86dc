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
	in, out := d.In(), d.Out()
	p.CheckFeatures("dense", x, in)
	z := p.LikeRows(x, out)
	if p.Record {
		d.x, d.z = x, z
	}
	var e kernel.Epilogue
	if d.B != nil {
		e.Bias = d.B.Value.Data
	}
	kernel.Gemm(kernel.NN, x.Rows(), out, in, x.Data, in, d.W.Value.Data, out, z.Data, out, e)
	return z
}

// Backward computes dW += xᵀ·dz, db += Σ dz over the rows, and dx = dz·Wᵀ.
func (d *Dense) Backward(p *Pass, dz *tensor.Tensor) *tensor.Tensor {
	in, out := d.In(), d.Out()
	p.CheckGradient("dense", dz, d.z)
	rows := dz.Rows()
	kernel.Gemm(kernel.TN, in, out, rows, d.x.Data, in, dz.Data, out, d.W.Grad.Data, out, kernel.Epilogue{Accumulate: true})
	if d.B != nil {
		kernel.SumRows(d.B.Grad.Data, dz.Data)
	}
	if !p.InputGrad() {
		return nil
	}
	dx := p.Arena.Like(d.x)
	kernel.Gemm(kernel.NT, rows, in, out, dz.Data, out, d.W.Value.Data, out, dx.Data, in, kernel.Epilogue{})
	return dx
}
