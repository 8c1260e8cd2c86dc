package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ebb-ml/ebb/train"
)

// Resume goes on with the run in dir from its last checkpoint, to the same bits
// as if it had never stopped. epochs above 0 changes how long it is planned to
// train. The experiment is returned too, since it comes out of the directory.
func Resume(ctx context.Context, dir string, epochs int, opt RunOptions) (*Experiment, *Report, error) {
	if _, err := readRunInfo(dir); err != nil {
		return nil, nil, InputError{err}
	}
	release, err := claim(dir)
	if err != nil {
		return nil, nil, InputError{err}
	}
	defer release()
	info, err := readRunInfo(dir) // again: nobody changes it now
	if err != nil {
		return nil, nil, InputError{err}
	}
	if epochs > 0 {
		info.Epochs = epochs
	}
	spec, err := info.spec()
	if err != nil {
		return nil, nil, InputError{err}
	}
	e, err := Build(spec)
	if err != nil {
		return nil, nil, InputError{err}
	}
	if got := fingerprint(e.parts()); got != info.Data {
		return nil, nil, InputError{fmt.Errorf("%s: the data has changed since the run began: it was %s, now it is %s", dir, info.Data, got)}
	}
	optimizer, err := e.newOptimizer()
	if err != nil {
		return nil, nil, err
	}
	opt.Dir = dir
	removeLeftovers(dir)
	state, events, err := readState(filepath.Join(dir, lastFile), train.Capture(e.Model, optimizer))
	from := &state
	if isNotExist(err) { // killed before the first checkpoint: from the start
		from, events, err = nil, 0, nil
		if info.Init != "" {
			err = e.loadWeights(info.Init)
		}
	}
	if err != nil {
		return nil, nil, InputError{err}
	}
	if epochs > 0 && epochs < state.Position.Epoch {
		return nil, nil, InputError{fmt.Errorf("%s has completed %d epochs: expected at least that many in all, got %d", dir, state.Position.Epoch, epochs)}
	}
	if epochs > 0 {
		if err := writeRunInfo(dir, info); err != nil {
			return nil, nil, err
		}
	}
	report, err := e.run(ctx, opt, from, events)
	return e, report, err
}
