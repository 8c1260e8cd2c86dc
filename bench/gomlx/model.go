package main

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/layers/activations"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/gomlx/gomlx/pkg/ml/train/losses"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
)

// unit is that of ../workload.go.
func unit(stream, i uint32) float64 {
	h := i*2654435761 + stream*40503 + 1
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return float64(h>>8) / (1 << 24)
}

func newBackend() backends.Backend {
	b, err := simplego.New("")
	if err != nil {
		panic(err)
	}
	return b
}

// newTrainer returns the trainer of a new model.
func newTrainer(w Workload) *train.Trainer {
	ctx := context.New().Checked(false)
	model := func(ctx *context.Context, _ any, inputs []*graph.Node) []*graph.Node {
		h := inputs[0]
		for l := range len(w.Sizes) - 1 {
			in, out := w.Sizes[l], w.Sizes[l+1]
			layer := ctx.In(fmt.Sprintf("dense_%d", l))
			g := h.Graph()
			weights := layer.VariableWithValue("weights", tensors.FromFlatDataAndDimensions(weightsOf(w, l), in, out))
			bias := layer.VariableWithValue("bias", tensors.FromFlatDataAndDimensions(make([]float32, out), 1, out))
			h = graph.Add(graph.Dot(h, weights.ValueGraph(g)), bias.ValueGraph(g))
			if l+2 == len(w.Sizes) {
				break
			}
			switch w.Activation {
			case "relu":
				h = activations.Relu(h)
			case "tanh":
				h = graph.Tanh(h)
			case "sigmoid":
				h = graph.Sigmoid(h)
			}
		}
		return []*graph.Node{h}
	}
	objective := losses.SparseCategoricalCrossEntropyLogits
	if w.Loss == "mse" {
		objective = losses.MeanSquaredError
	}
	var rule optimizers.Interface = optimizers.StochasticGradientDescent().WithDecay(false).WithLearningRate(w.LR).Done()
	if w.Optimizer == "adam" {
		rule = optimizers.Adam().LearningRate(w.LR).Betas(0.9, 0.999).Epsilon(1e-8).Done()
	}
	return train.NewTrainer(newBackend(), ctx, model, objective, rule, nil, nil)
}

func weightsOf(w Workload, l int) []float32 {
	in, out := float64(w.Sizes[l]), float64(w.Sizes[l+1])
	limit := math.Sqrt(6 / (in + out))
	if w.Activation == "relu" {
		limit = math.Sqrt(6 / in)
	}
	values := make([]float32, w.Sizes[l]*w.Sizes[l+1])
	for i := range values {
		values[i] = float32((unit(uint32(l), uint32(i))*2 - 1) * limit)
	}
	return values
}

type batch struct{ x, y []*tensors.Tensor }

func batchesOf(w Workload, n int) []batch {
	list := make([]batch, n)
	features := w.Sizes[0]
	for b := range list {
		x := make([]float32, w.Batch*features)
		for i := range x {
			x[i] = float32(unit(1000, uint32(b*len(x)+i)))
		}
		list[b].x = []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, w.Batch, features)}
		classes, numbers := make([]int32, w.Batch), make([]float32, w.Batch)
		for i := range classes {
			u := unit(1001, uint32(b*w.Batch+i))
			classes[i], numbers[i] = int32(u*float64(w.Sizes[len(w.Sizes)-1])), float32(u)
		}
		list[b].y = []*tensors.Tensor{tensors.FromFlatDataAndDimensions(classes, w.Batch, 1)}
		if w.Loss == "mse" {
			list[b].y = []*tensors.Tensor{tensors.FromFlatDataAndDimensions(numbers, w.Batch, 1)}
		}
	}
	return list
}

// trainer returns a training step on the next batch, which returns the loss.
func trainer(w Workload) func() float64 {
	t, batches, i := newTrainer(w), batchesOf(w, w.Batches), 0
	return func() float64 {
		b := batches[i%len(batches)]
		i++
		metrics, err := t.TrainStep(nil, b.x, b.y)
		if err != nil {
			panic(err)
		}
		loss := float64(tensors.ToScalar[float32](metrics[0]))
		for _, m := range metrics {
			m.MustFinalizeAll()
		}
		return loss
	}
}

func prepare(w Workload) func() {
	if w.Kind != "train" {
		panic("gomlx is measured in training steps alone")
	}
	// At the 0.5 GFLOP/s that it reaches, a bench of it would take all the time.
	work := 0
	for l := range len(w.Sizes) - 1 {
		work += w.Batch * w.Sizes[l] * w.Sizes[l+1]
	}
	if work > 1e8 {
		panic("left out, as a step takes seconds")
	}
	step := trainer(w)
	return func() { step() }
}

func lossesOf(w Workload, steps int) []float64 {
	step, list := trainer(w), make([]float64, steps)
	for i := range list {
		list[i] = step()
	}
	return list
}
