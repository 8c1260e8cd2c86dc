package main

import "math"

// The kinds of work that a peer can be asked for.
const (
	kindTrain = "train" // training steps on batches that lie in memory
	kindEpoch = "epoch" // whole epochs over shuffled rows
	kindInfer = "infer" // predictions for one batch
	kindGemm  = "gemm"  // one matrix product
)

// Workload is one thing that is timed, told so that every peer can build the
// same: the network, its weights and its data all follow from these fields.
type Workload struct {
	Name          string  `json:"name"`  // unique, what -only matches
	Label         string  `json:"label"` // for people
	Kind          string  `json:"kind"`
	Sizes         []int   `json:"sizes,omitempty"` // inputs, hidden layers, outputs
	Activation    string  `json:"activation,omitempty"`
	Cell          string  `json:"cell,omitempty"`   // of recurrent layers, else ""
	Length        int     `json:"length,omitempty"` // of their sequences
	Layers        int     `json:"layers,omitempty"`
	Bidirectional bool    `json:"bidirectional,omitempty"`
	Optimizer     string  `json:"optimizer,omitempty"`
	LR            float64 `json:"lr,omitempty"`
	Loss          string  `json:"loss,omitempty"`
	Batch         int     `json:"batch,omitempty"`
	Batches       int     `json:"batches,omitempty"` // different batches that steps go through in turn
	Rows          int     `json:"rows,omitempty"`    // of an epoch
	Data          string  `json:"data,omitempty"`    // Fashion-MNIST's folder; without, rows by formula
	Op            string  `json:"op,omitempty"`      // of a product: NN, NT or TN
	M             int     `json:"m,omitempty"`
	N             int     `json:"n,omitempty"`
	K             int     `json:"k,omitempty"`
}

// Flops returns the floating-point operations of the products in one run of w.
func (w Workload) Flops() float64 {
	if w.Kind == kindGemm {
		return 2 * float64(w.M) * float64(w.N) * float64(w.K)
	}
	if w.Cell != "" {
		return w.recurrentFlops()
	}
	rows, sum := float64(w.Batch), 0.0
	if w.Kind == kindEpoch {
		rows = float64(w.Rows)
	}
	for i := 1; i < len(w.Sizes); i++ {
		product := 2 * rows * float64(w.Sizes[i-1]) * float64(w.Sizes[i])
		switch {
		case w.Kind == kindInfer:
			sum += product
		case i == 1: // the gradient of the network's input is not needed
			sum += 2 * product
		default:
			sum += 3 * product
		}
	}
	return sum
}

// unit returns the i-th number of a stream in [0, 1): MurmurHash3's finalizer,
// which is easily the same in every language.
func unit(stream, i uint32) float64 {
	h := i*2654435761 + stream*40503 + 1
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return float64(h>>8) / (1 << 24)
}

// The streams of the inputs and targets; layer l's weights have stream l.
const (
	streamInputs  = 1000
	streamTargets = 1001
)

// weightLimit returns the bound of layer l's uniform weights: He's for ReLU,
// Glorot's for the rest. Biases are zero.
func (w Workload) weightLimit(l int) float64 {
	in, out := float64(w.Sizes[l]), float64(w.Sizes[l+1])
	if w.Activation == "relu" {
		return math.Sqrt(6 / in)
	}
	return math.Sqrt(6 / (in + out))
}

// target returns the target of row i: a class index, or a number for mse.
func (w Workload) target(i int) float64 {
	u := unit(streamTargets, uint32(i))
	if w.Loss == "mse" {
		return u
	}
	return math.Floor(u * float64(w.Sizes[len(w.Sizes)-1]))
}
