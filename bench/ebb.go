package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// Ebb is a peer like the others: this program starts itself once more with
// peerVariable set, so that all have a process of their own and as many threads.
const peerVariable = "EBB_BENCH_PEER"

type ebbPeer struct{ steps map[string]func() }

func serveEbb(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt) // the one who started it ends it
	p := ebbPeer{steps: map[string]func(){}}
	return serve(in, out, p.answer)
}

func (p ebbPeer) answer(q Request) (Response, error) {
	switch q.Op {
	case opHello:
		return Response{Version: fmt.Sprintf("kernels %q, %s", kernel.Path(), runtime.Version()), Configs: []string{""}}, nil
	case opPrepare:
		step, err := ebbStep(*q.Workload)
		if err != nil {
			return Response{}, err
		}
		for range 2 {
			step()
		}
		p.steps[q.Config] = step
		return Response{}, nil
	case opRun:
		step := p.steps[q.Config]
		if step == nil {
			return Response{}, fmt.Errorf("%q is not prepared", q.Config)
		}
		return Response{Samples: measure(q.Seconds, step)}, nil
	case opLosses:
		step := ebbTrainer(*q.Workload)
		batches, losses := ebbBatches(*q.Workload), []float64(nil)
		for i := range q.Steps {
			b := batches[i%len(batches)]
			losses = append(losses, step(b.x, b.y))
		}
		return Response{Losses: losses}, nil
	case opDrop:
		clear(p.steps)
		runtime.GC()
		return Response{}, nil
	case opPeakRSS:
		n, err := peakRSS("self")
		return Response{Bytes: n}, err
	}
	return Response{}, fmt.Errorf("unknown operation %q", q.Op)
}

// ebbStep returns what is timed.
func ebbStep(w Workload) (func(), error) {
	switch w.Kind {
	case kindGemm:
		return ebbProduct(w)
	case kindInfer:
		predictor, x := train.NewPredictor(ebbModel(w)), ebbBatches(w)[0].x
		out := tensor.New(w.Batch, w.Sizes[len(w.Sizes)-1])
		return func() { predictor.Predict(out, x) }, nil
	case kindEpoch:
		return ebbEpoch(w)
	}
	step, batches, i := ebbTrainer(w), ebbBatches(w), 0
	return func() {
		b := batches[i%len(batches)]
		i++
		step(b.x, b.y)
	}, nil
}

func ebbEpoch(w Workload) (func(), error) {
	set := &data.Dataset{Name: "rows by formula"}
	if w.Data != "" {
		var err error
		if set, _, _, err = data.Open(data.Source{Path: w.Data}, data.Options{}); err != nil {
			return nil, err
		}
	} else {
		set.X, set.Y = ebbRows(w, w.Rows)
	}
	batches, err := data.NewBatcher(set, w.Batch, 1)
	if err != nil {
		return nil, err
	}
	step := ebbTrainer(w)
	return func() {
		for {
			x, y, ok := batches.Next()
			if !ok {
				return
			}
			step(x, y)
		}
	}, nil
}

func ebbModel(w Workload) nn.Layer {
	if w.Cell != "" {
		return ebbRecurrent(w)
	}
	var layers []nn.Layer
	for l := range len(w.Sizes) - 1 {
		dense := nn.NewDense(w.Sizes[l], w.Sizes[l+1])
		limit := w.weightLimit(l)
		for i := range dense.W.Value.Data {
			dense.W.Value.Data[i] = tensor.Float((unit(uint32(l), uint32(i))*2 - 1) * limit)
		}
		layers = append(layers, dense)
		if l+2 < len(w.Sizes) {
			activation, err := nn.NewActivation(w.Activation, 0)
			if err != nil {
				panic(err)
			}
			layers = append(layers, activation)
		}
	}
	return nn.NewSequential(layers...)
}

// ebbTrainer returns a training step on a new model.
func ebbTrainer(w Workload) func(x, y *tensor.Tensor) float64 {
	var rule optim.Rule = optim.NewSGD()
	if w.Optimizer == "adam" {
		rule = optim.NewAdam()
	}
	var objective loss.Loss = loss.CrossEntropy{}
	if w.Loss == "mse" {
		objective = loss.MSE{}
	}
	model := ebbModel(w)
	stepper := train.NewStepper(model, objective, optim.New(rule, model.Params()))
	return func(x, y *tensor.Tensor) float64 {
		j, err := stepper.Step(x, y, w.LR)
		if err != nil {
			panic(err)
		}
		return j
	}
}

type ebbBatch struct{ x, y *tensor.Tensor }

func ebbBatches(w Workload) []ebbBatch {
	if w.Cell != "" {
		return ebbSequences(w)
	}
	x, y := ebbRows(w, w.Batch*w.Batches)
	features := w.Sizes[0]
	batches := make([]ebbBatch, w.Batches)
	for i := range batches {
		lo, hi := i*w.Batch, (i+1)*w.Batch
		targets := []int{w.Batch}
		if w.Loss == "mse" {
			targets = []int{w.Batch, 1}
		}
		batches[i] = ebbBatch{tensor.From(x.Data[lo*features:hi*features], w.Batch, features), tensor.From(y.Data[lo:hi], targets...)}
	}
	return batches
}

// ebbRows returns n rows of inputs and their targets, [n].
func ebbRows(w Workload, n int) (x, y *tensor.Tensor) {
	x, y = tensor.New(n, w.Sizes[0]), tensor.New(n)
	for i := range x.Data {
		x.Data[i] = tensor.Float(unit(streamInputs, uint32(i)))
	}
	for i := range y.Data {
		y.Data[i] = tensor.Float(w.target(i))
	}
	return x, y
}

// ebbProduct returns one product of matrices.
func ebbProduct(w Workload) (func(), error) {
	op, found := map[string]kernel.Op{"NN": kernel.NN, "NT": kernel.NT, "TN": kernel.TN}[w.Op]
	if !found {
		return nil, fmt.Errorf("unknown product %q", w.Op)
	}
	fill := func(stream uint32, n int) []tensor.Float {
		s := make([]tensor.Float, n)
		for i := range s {
			s[i] = tensor.Float(unit(stream, uint32(i)))
		}
		return s
	}
	a, b, c := fill(1, w.M*w.K), fill(2, w.N*w.K), make([]tensor.Float, w.M*w.N)
	lda, ldb := w.K, w.N
	if op == kernel.TN {
		lda = w.M
	}
	if op == kernel.NT {
		ldb = w.K
	}
	return func() { kernel.Gemm(op, w.M, w.N, w.K, a, lda, b, ldb, c, w.N, kernel.Epilogue{}) }, nil
}
