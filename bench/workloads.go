package main

import "fmt"

// Section is a group of workloads that is reported in one table.
type Section struct {
	ID, Title string
	Peers     []string // beside Ebb
	Compare   bool     // the losses, where steps are timed
	Configs   []string // of PyTorch, nil for all; -quick leaves out what has some
	Rounds    int      // per cent of -rounds
	Cases     []Case
}

// Case is a workload and, where there is one, the ratio it has to keep.
type Case struct {
	Workload
	Floor, Goal float64  // against PyTorch on one thread
	GoalTwo     float64  // on two threads, where it differs
	Configs     []string // instead of the section's
	Rounds      int      // likewise
}

var mlpSizes = []int{784, 256, 128, 10}

// short are PyTorch's configurations where compiling would take longer than
// measuring.
var short = []string{"eager", "fused"}

// training returns a workload of training steps. The number of batches keeps
// the rows near 4096: enough that a small batch isn't learnt by heart at once.
func training(name, label string, sizes []int, activation, optimizer string, batch int) Workload {
	w := Workload{
		Name: name, Label: label, Kind: kindTrain, Sizes: sizes, Activation: activation,
		Optimizer: optimizer, LR: 1e-3, Loss: "cross_entropy",
		Batch: batch, Batches: min(64, max(2, 4096/batch)),
	}
	if optimizer == "sgd" {
		w.LR = 1e-2
	}
	return w
}

func mlp(prefix string, batch int) Workload {
	return training(fmt.Sprintf("%s-%d", prefix, batch),
		fmt.Sprintf("MLP 784-256-128-10, ReLU, Adam, batch %d", batch), mlpSizes, "relu", "adam", batch)
}

// stack returns the sizes of depth hidden layers between inputs and outputs.
func stack(inputs, width, depth, outputs int) []int {
	sizes := []int{inputs}
	for range depth {
		sizes = append(sizes, width)
	}
	return append(sizes, outputs)
}

// sections returns all that is measured by rounds, in the order of the report.
// fashion is the data set's folder, or "".
func sections(fashion string) []Section {
	everyone := []string{peerTorch, peerSklearn, peerGomlx}
	torch := []string{peerTorch}
	return []Section{
		{ID: "steps", Title: "Training steps", Peers: everyone, Compare: true, Rounds: 100, Cases: stepCases(fashion)},
		{ID: "recurrent", Title: "Recurrent layers: 32 features, 128 units, a dense head on the last state, MSE, Adam, batch 64", Peers: torch, Compare: true, Rounds: 100, Cases: recurrentCases()},
		{ID: "batch", Title: "Sweep of the batch: 784-256-128-10, ReLU, Adam", Peers: torch, Configs: short, Rounds: 50, Cases: batchSweep()},
		{ID: "depth", Title: "Sweep of the depth: hidden layers of 64, ReLU, SGD, batch 64", Peers: torch, Configs: short, Rounds: 50, Cases: depthSweep()},
		{ID: "width", Title: "Sweep of the width: four hidden layers, ReLU, SGD, batch 64", Peers: torch, Configs: short, Rounds: 50, Cases: widthSweep()},
		{ID: "infer", Title: "Inference: 784-256-128-10", Peers: []string{peerTorch, peerSklearn}, Rounds: 100, Cases: inferCases()},
		{ID: "gemm", Title: "Bare products", Peers: []string{peerOpenBLAS, peerMKL}, Rounds: 67, Cases: gemmCases()},
	}
}

func stepCases(fashion string) []Case {
	tiny := training("tiny", "tiny 2-8-8-1, tanh, SGD, MSE, batch 10", []int{2, 8, 8, 1}, "tanh", "sgd", 10)
	tiny.Loss = "mse"
	epoch := mlp("epoch", 64)
	epoch.Name, epoch.Kind, epoch.Batches, epoch.Rows, epoch.Data = "epoch", kindEpoch, 0, 60000, fashion
	epoch.Label = "one epoch of 60000 rows by formula (Fashion-MNIST’s shape), Adam, batch 64"
	if fashion != "" {
		epoch.Label = "one epoch of Fashion-MNIST, Adam, batch 64"
	}
	return []Case{
		{Workload: mlp("mlp", 64), Floor: 2.0, Goal: 2.3},
		{Workload: mlp("mlp", 1), Floor: 7, Goal: 8},
		{Workload: mlp("mlp", 1024), Floor: 1.25, Goal: 1.4},
		{Workload: training("deep", "deep 20×64, sigmoid, SGD, batch 64", stack(64, 64, 20, 10), "sigmoid", "sgd", 64), Floor: 2.9, Goal: 3.1, GoalTwo: 5},
		{Workload: training("wide", "wide 4×2048, ReLU, SGD, batch 256", stack(2048, 2048, 4, 10), "relu", "sgd", 256), Floor: 1.1, Goal: 1.25},
		{Workload: tiny, Floor: 200, Goal: 300},
		{Workload: epoch, Floor: 2.1, Goal: 2.5, Rounds: 50}, // each is hundreds of steps
	}
}

func batchSweep() (cases []Case) {
	for _, batch := range []int{1, 4, 16, 64, 256, 1024, 4096} {
		w := mlp("batch", batch)
		w.Label = fmt.Sprintf("batch %d", batch)
		cases = append(cases, Case{Workload: w})
	}
	return cases
}

func depthSweep() (cases []Case) {
	for _, depth := range []int{2, 5, 10, 20, 50, 100, 200} {
		w := training(fmt.Sprintf("depth-%d", depth), fmt.Sprintf("%d layers", depth), stack(64, 64, depth, 10), "relu", "sgd", 64)
		w.LR = 1e-4 // so that 200 layers stay finite
		cases = append(cases, Case{Workload: w})
	}
	return cases
}

func widthSweep() (cases []Case) {
	for _, width := range []int{16, 64, 256, 1024, 4096} {
		w := training(fmt.Sprintf("width-%d", width), fmt.Sprintf("width %d", width), stack(width, width, 4, 10), "relu", "sgd", 64)
		w.LR, w.Batches = 1e-3, 16
		cases = append(cases, Case{Workload: w})
	}
	return cases
}

func inferCases() (cases []Case) {
	for _, batch := range []int{1, 64, 1024} {
		w := mlp("infer", batch)
		w.Kind, w.Batches, w.Label = kindInfer, 1, fmt.Sprintf("batch %d", batch)
		if batch == 1 {
			w.Label = "a row"
		}
		cases = append(cases, Case{Workload: w})
	}
	return cases
}

func gemmCases() (cases []Case) {
	for _, c := range []struct {
		op      string
		m, n, k int
	}{
		{"NN", 64, 256, 784}, {"NT", 64, 784, 256}, {"TN", 784, 256, 64},
		{"NN", 64, 10, 128}, {"NN", 1024, 256, 784}, {"NN", 1, 256, 784},
		{"NN", 64, 64, 64}, {"NN", 1024, 1024, 1024}, {"NN", 256, 2048, 2048},
	} {
		label := fmt.Sprintf("%d×%d×%d %s", c.m, c.n, c.k, c.op)
		cases = append(cases, Case{Workload: Workload{
			Name: fmt.Sprintf("gemm-%d-%d-%d-%s", c.m, c.n, c.k, c.op), Label: label,
			Kind: kindGemm, Op: c.op, M: c.m, N: c.n, K: c.k,
		}})
	}
	return cases
}
