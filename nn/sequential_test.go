package nn_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// An activation directly after a dense layer has that layer's site, softmax too;
// everything else is counted by kind.
func TestSites(t *testing.T) {
	m := nn.NewSequential(
		nn.NewDense(4, 4), nn.NewSigmoid(), nn.NewDense(4, 4), nn.NewBatchNorm(4), nn.NewReLU(),
		nn.NewReLU(), nn.NewDropout(0.5, 1), nn.NewDense(4, 2), nn.NewSoftmax(),
	)
	want := []string{"dense_1", "dense_1", "dense_2", "batch_norm_1", "relu_1", "relu_2", "dropout_1", "dense_3", "dense_3"}
	if !slices.Equal(m.Sites(), want) {
		t.Errorf("sites %v, want %v", m.Sites(), want)
	}
}

// counter is a probe that only counts.
type counter int

func (c *counter) Observe(nn.Event) { *c++ }

// A measured step of a model with branches allocates nothing after the first.
func TestMeasuringAllocatesNothing(t *testing.T) {
	m := nn.NewSequential(
		nn.NewDense(4, 4), nn.NewTanh(),
		nn.NewResidual(nn.NewDense(4, 4), nn.NewParallel(nn.NewDense(4, 2), nn.NewDense(4, 2))),
		nn.NewSequential(nn.NewLayerNorm(4)),
	)
	nn.Initialize(m, tensor.NewRNG(1, 0))
	p := nn.NewTrainingPass()
	p.Probe = new(counter)
	x, dy := tensor.New(3, 4), tensor.New(3, 4)
	x.Fill(1)
	dy.Fill(1)
	step := func() {
		p.Reset()
		m.Forward(p, x)
		p.ReportLoss(dy)
		m.Backward(p, dy)
	}
	step()
	if n := testing.AllocsPerRun(10, step); n > 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// scaled is a container of one's own with a parameter of its own.
type scaled struct {
	*nn.Sequential
	w *nn.Param
}

func (s scaled) Params() []*nn.Param { return append([]*nn.Param{s.w}, s.Sequential.Params()...) }

// A container's own parameters are listed before those of its children.
func ExampleNamed() {
	m := nn.NewSequential(
		nn.NewResidual(nn.NewDenseNoBias(2, 2), nn.NewReLU()),
		scaled{nn.NewSequential(nn.NewDense(2, 3)), nn.NewParam("scale", 1)},
	)
	for _, p := range nn.Named(m) {
		fmt.Println(p.Name, p.Site)
	}
	// Output:
	// 0.0.weight residual_1/dense_1
	// 1.scale scaled_1
	// 1.0.weight scaled_1/dense_1
	// 1.0.bias scaled_1/dense_1
}

// embedded counts the calls of its own methods; those it has from Dense by
// embedding, unexported ones as well, must not be called in their place.
type embedded struct {
	*nn.Dense
	forward, backward int
}

func (l *embedded) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	l.forward++
	return l.Dense.Forward(p, x)
}

func (l *embedded) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	l.backward++
	return l.Dense.Backward(p, dy)
}

func TestSequentialCallsAnEmbeddingLayer(t *testing.T) {
	l := &embedded{Dense: nn.NewDense(3, 3)}
	model := nn.NewSequential(nn.NewDense(2, 3), nn.NewReLU(), l, nn.NewReLU(), nn.NewDense(3, 1))
	p := nn.NewTrainingPass()
	p.Reset()
	model.Forward(p, tensor.New(4, 2))
	model.Backward(p, tensor.New(4, 1))
	if l.forward != 1 || l.backward != 1 {
		t.Errorf("Forward was called %d times, Backward %d times, expected one each", l.forward, l.backward)
	}
}
