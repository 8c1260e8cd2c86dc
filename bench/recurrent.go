package main

import "fmt"

// The cells of recurrent layers.
const (
	cellLSTM = "lstm"
	cellGRU  = "gru"
	cellRNN  = "rnn" // tanh
)

// recurrent returns training steps of a recurrent layer and a dense head of one
// unit on its last state. Sizes are features, hidden units and outputs.
func recurrent(name, label, cell string, length int) Workload {
	return Workload{
		Name: name, Label: label, Kind: kindTrain, Cell: cell, Length: length, Layers: 1, Sizes: []int{32, 128, 1},
		Optimizer: "adam", LR: 1e-3, Loss: "mse", Batch: 64, Batches: 2,
	}
}

// recurrentCases are the three cells at one length, which have floors, and the
// LSTM at other lengths and in a stack.
func recurrentCases() []Case {
	cases := []Case{
		{Workload: recurrent("lstm", "LSTM, 100 steps", cellLSTM, 100), Floor: 1.7, Goal: 2.2, GoalTwo: 2.7},
		{Workload: recurrent("gru", "GRU, 100 steps", cellGRU, 100), Floor: 1.7, Goal: 2.1},
		{Workload: recurrent("rnn", "tanh RNN, 100 steps", cellRNN, 100), Floor: 1.7, Goal: 2.0, GoalTwo: 3.0},
	}
	for _, length := range []int{10, 1000} {
		w := recurrent(fmt.Sprintf("lstm-%d", length), fmt.Sprintf("LSTM, %d steps", length), cellLSTM, length)
		cases = append(cases, Case{Workload: w, Configs: short, Rounds: 50})
	}
	stack := recurrent("lstm-stack", "LSTM, two layers both ways, 100 steps", cellLSTM, 100)
	stack.Layers, stack.Bidirectional = 2, true
	return append(cases, Case{Workload: stack, Configs: short, Rounds: 50})
}

// recurrentFlops returns what the products of a training step take: three times
// the forward ones. The gradient of the first layer's input is counted with the
// rest, as is usual, though nobody needs it; the head is nothing beside that.
func (w Workload) recurrentFlops() float64 {
	gates := map[string]int{cellLSTM: 4, cellGRU: 3, cellRNN: 1}[w.Cell]
	in, hidden, directions := w.Sizes[0], w.Sizes[1], 1
	if w.Bidirectional {
		directions = 2
	}
	weights := 0
	for range w.Layers {
		weights += directions * (in + hidden) * gates * hidden
		in = directions * hidden
	}
	return 3 * 2 * float64(w.Length) * float64(w.Batch) * float64(weights)
}
