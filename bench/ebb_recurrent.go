package main

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// ebbRecurrent returns recurrent layers and a dense head on the last state. The
// i-th parameter has stream i, its weights as PyTorch draws them; the biases are
// not zero, so that a mistake about one of the two would show in the losses.
func ebbRecurrent(w Workload) nn.Layer {
	inputs, hidden := w.Sizes[0], w.Sizes[1]
	config := nn.RecurrentConfig{Layers: w.Layers, Bidirectional: w.Bidirectional, Last: true}
	var layer *nn.Recurrent
	switch w.Cell {
	case cellLSTM:
		layer = nn.NewLSTM(inputs, hidden, config)
	case cellGRU:
		layer = nn.NewGRU(inputs, hidden, config)
	case cellRNN:
		layer = nn.NewRNN(inputs, hidden, nn.NewTanh(), config)
	default:
		panic("unknown cell " + w.Cell)
	}
	model := nn.NewSequential(layer, nn.NewDense(layer.Out(), w.Sizes[2]))
	limit := 1 / math.Sqrt(float64(hidden))
	for stream, p := range model.Params() {
		for i := range p.Value.Data {
			p.Value.Data[i] = tensor.Float((unit(uint32(stream), uint32(i))*2 - 1) * limit)
		}
	}
	return model
}

// ebbSequences returns batches of sequences, time first, and a target for each
// sequence.
func ebbSequences(w Workload) []ebbBatch {
	each := w.Length * w.Batch * w.Sizes[0]
	batches := make([]ebbBatch, w.Batches)
	for b := range batches {
		x, y := tensor.New(w.Length, w.Batch, w.Sizes[0]), tensor.New(w.Batch, 1)
		for i := range x.Data {
			x.Data[i] = tensor.Float(unit(streamInputs, uint32(b*each+i)))
		}
		for i := range y.Data {
			y.Data[i] = tensor.Float(w.target(b*w.Batch + i))
		}
		batches[b] = ebbBatch{x, y}
	}
	return batches
}
