package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/train"
)

// RunOptions says where a run goes and who watches it.
type RunOptions struct {
	Dir  string // the run directory, made by the run; must not hold a run yet
	Init string // a safetensors file whose weights the training starts from

	// OnStep is told of every step; nil for nobody.
	OnStep func(train.StepInfo)
	// OnEpoch is told of every epoch; nil for nobody.
	OnEpoch func(train.Epoch)

	// SaveEvery is the shortest time between two checkpoints; 0 is two seconds.
	SaveEvery time.Duration
}

// Limits of how much a run writes into events.jsonl, whatever its length, beside
// one event an epoch.
const (
	maxStepEvents = 5000
	maxFlowEvents = 200
)

// Run trains the experiment from its initial weights, or from those of
// opt.Init, into a new run directory. A run that was interrupted or exploded
// has a report; an error beside it says why it is not done.
func (e *Experiment) Run(ctx context.Context, opt RunOptions) (*Report, error) {
	if opt.Init != "" {
		if err := e.loadWeights(opt.Init); err != nil {
			return nil, InputError{err}
		}
	}
	info, err := newRunInfo(e, opt.Init)
	if err != nil {
		return nil, err
	}
	release, err := createRunDir(opt.Dir, info)
	if err != nil {
		return nil, err
	}
	defer release()
	return e.run(ctx, opt, nil, 0)
}

func (e *Experiment) newOptimizer() (*optim.Optimizer, error) {
	rule, err := e.Spec.Optimizer.rule()
	if err != nil {
		return nil, err
	}
	return optim.New(rule, e.Model.Params()), nil
}

// loadWeights reads the model's weights from a safetensors file.
func (e *Experiment) loadWeights(path string) error {
	f, err := modelfile.Read(path)
	if err != nil {
		return err
	}
	if err := modelfile.LoadInto(weightsOnly(f), modelEntries(e.Model)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// modelEntries lists the tensors of a model as files have them.
func modelEntries(model nn.Layer) []modelfile.Entry {
	var list []modelfile.Entry
	for _, p := range nn.Named(model) {
		list = append(list, modelfile.Entry{Name: p.Name, Shape: p.Value.Shape(), Data: p.Value.Data, Transposed: p.Transposed})
	}
	return list
}

// updateEvery is how many updates there are to one that is measured: all of them
// would cost a tenth of a step, and their mean tells no more.
const updateEvery = 8

// runner is one run under way.
type runner struct {
	*Experiment
	opt       RunOptions
	optimizer *optim.Optimizer
	events    *eventLog
	saver     *saver
	flow      *flow.Recorder
	updates   *flow.Updates
	every     uint64 // steps between two step events
	flowEvery int    // epochs between two flow events

	lastFlow    *flow.Report // of the last flow event
	lastEffects []flow.Effect
}

func (e *Experiment) run(ctx context.Context, opt RunOptions, from *train.State, events int64) (*Report, error) {
	r := &runner{Experiment: e, opt: opt, flow: flow.NewRecorder(e.Model)}
	var err error
	if r.optimizer, err = e.newOptimizer(); err != nil {
		return nil, err
	}
	r.updates = flow.NewUpdates(e.Model)
	r.updates.Every = updateEvery
	schedule, err := e.Spec.Train.Schedule.schedule(e.Spec.Optimizer.LR)
	if err != nil {
		return nil, err
	}
	if r.events, err = openEvents(opt.Dir, events); err != nil {
		return nil, err
	}
	defer r.events.close()
	meta, err := modelMetadata(e.Spec, e.Schema)
	if err != nil {
		return nil, err
	}
	interval := opt.SaveEvery
	if interval == 0 {
		interval = 2 * time.Second
	}
	r.saver = &saver{dir: opt.Dir, meta: meta, events: r.events, interval: interval}

	t := e.Spec.Train
	batches := e.batchesOf()
	r.every = max(1, uint64(batches)*uint64(t.Epochs)/maxStepEvents)
	r.flowEvery = max(1, t.Epochs/maxFlowEvents)
	start := startEvent{Type: "start", Time: time.Now().UTC().Format(time.RFC3339), Rows: e.Train.Len(), Batches: batches}
	if from != nil {
		start.Type, start.Step = "resume", from.Position.Step
	}
	for _, p := range r.optimizer.Params() {
		start.Params += p.Value.Len()
	}
	if err := r.events.add(start); err != nil {
		return nil, err
	}
	result, err := train.Fit(ctx, train.Config{
		Model: e.Model, Loss: e.Loss, Optimizer: r.optimizer, Train: e.Train, Validation: e.Validation, Scaler: e.Schema.Scaler,
		Epochs: t.Epochs, Batch: t.Batch, BPTT: t.BPTT, Seed: t.Seed, LR: e.Spec.Optimizer.LR, Schedule: schedule,
		ClipNorm: t.ClipNorm, ClipValue: t.ClipValue, Patience: t.Early.Patience, MinDelta: t.Early.MinDelta,
		Probe: r.flow, Meter: r.updates,
		Hooks: train.Hooks{OnStep: r.onStep, OnEpoch: r.onEpoch},
		Save:  r.saver.save, SaveEvery: interval, Resume: from,
	})
	return r.finish(result, err)
}

func (r *runner) onStep(s train.StepInfo) error {
	if r.opt.OnStep != nil {
		r.opt.OnStep(s)
	}
	if s.Step%r.every != 0 && s.Step > 1 {
		return nil
	}
	return r.events.add(stepEvent{"step", s.Step, s.Epoch + 1, s.Loss, s.LR, s.GradientNorm})
}

func (r *runner) onEpoch(e train.Epoch) error {
	if r.opt.OnEpoch != nil {
		r.opt.OnEpoch(e)
	}
	v := e.Validation
	if v != nil {
		short := *v
		short.Confusion = nil
		v = &short
	}
	if err := r.events.add(epochEvent{"epoch", e.Steps, e.Epoch, e.Loss, v, e.LR, e.Seconds}); err != nil {
		return err
	}
	r.lastFlow, r.lastEffects = r.flow.Mean(), r.updates.Rows()
	r.flow.Reset()
	r.updates.Mark()
	if e.Epoch%r.flowEvery != 0 || e.Epoch == r.Spec.Train.Epochs {
		return nil // the last epoch's flow is in the report's event
	}
	return r.events.add(flowEvent{"flow", e.Steps, r.lastFlow.Rows, updateEffects(r.lastEffects), thinCurves(r.lastFlow.Time, eventTimePoints)})
}

// finish writes what is left to write and makes the report.
func (r *runner) finish(result train.Result, trained error) (*Report, error) {
	end := endEvent{Type: "end", Step: result.Steps, Reason: "done"}
	var exploded *train.NonFiniteError
	switch {
	case errors.As(trained, &exploded):
		end.Reason, end.Text = "non_finite", trained.Error()
	case trained != nil:
		end.Reason, end.Text = "failed", trained.Error()
	case result.Interrupted:
		end.Reason = "interrupted"
	case result.StoppedEarly:
		end.Reason = "early_stopping"
	}
	var state *train.StateError
	if errors.As(trained, &state) {
		trained = InputError{fmt.Errorf("%s: %w", filepath.Join(r.opt.Dir, lastFile), state)}
	}
	if trained != nil && exploded == nil {
		// A full disk, most likely: the log may not take the event either.
		_ = r.events.add(end)
		return nil, trained
	}
	report := r.report(result, exploded)
	if err := r.events.add(flowEvent{"flow", result.Steps, report.Flow, report.Updates, thinCurves(report.flow.Time, eventTimePoints)}); err != nil {
		return nil, err
	}
	if err := r.saver.flush(); err != nil {
		return nil, err
	}
	if r.Spec.Train.Early.Patience > 0 && exploded == nil && !result.Interrupted {
		if err := r.useBest(report); err != nil {
			return nil, err
		}
	}
	if len(report.Flow) > 0 { // a resumed run that had no step to make keeps its picture
		name := filepath.Base(r.opt.Dir)
		if err := WritePicture(r.opt.Dir, report.Panel(name)); err != nil {
			return nil, err
		}
		if err := report.writeTimePicture(r.opt.Dir, name); err != nil {
			return nil, err
		}
	}
	if err := r.events.add(end); err != nil {
		return nil, err
	}
	return report, r.events.close()
}

// useBest puts the weights of the best epoch into the model: with early
// stopping they are the result of the run.
func (r *runner) useBest(report *Report) error {
	if err := r.loadWeights(filepath.Join(r.opt.Dir, bestFile)); err != nil {
		return err
	}
	training, err := train.Evaluate(r.Model, r.Loss, r.Train, 0, r.Schema.Scaler)
	if err != nil {
		return err
	}
	report.Training = &training
	if r.Validation != nil {
		validation, err := train.Evaluate(r.Model, r.Loss, r.Validation, 0, r.Schema.Scaler)
		if err != nil {
			return err
		}
		report.Validation = &validation
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
