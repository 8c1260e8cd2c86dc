package main

import (
	"context"
	"time"
)

// memory asks each peer for its peak of memory after some steps of one workload,
// each in a new process: a peak never goes down again.
func (r *Runner) memory(ctx context.Context) {
	wide := stepCases("")[4].Workload
	for _, w := range []Workload{mlp("mlp", 64), wide} {
		if r.Quick || !r.wanted("memory/"+w.Name) {
			continue
		}
		for _, name := range []string{peerEbb, peerTorch, peerSklearn, peerGomlx} {
			if ctx.Err() != nil {
				return
			}
			m := MemoryResult{Workload: w.Label, Peer: name}
			if bytes, err := r.peak(ctx, name, w); err != nil {
				m.Error = err.Error()
			} else {
				m.Bytes = bytes
			}
			r.results.Memory = append(r.results.Memory, m)
			r.say("memory %s %s: %s", name, w.Name, sizeOr(m.Bytes, m.Error))
		}
	}
}

func (r *Runner) peak(ctx context.Context, name string, w Workload) (int64, error) {
	r.setup.want(ctx, name)
	launch, found := r.setup.Launch[name]
	if !found {
		return 0, errMissing
	}
	p, err := start(ctx, launch, r.Threads[0])
	if err != nil {
		return 0, err
	}
	defer p.Close()
	config := p.Configs[0] // eager for PyTorch: compiling would take memory of its own
	for _, q := range []Request{
		{Op: opPrepare, Workload: &w, Config: config},
		{Op: opRun, Config: config, Seconds: 1},
		{Op: opPeakRSS},
	} {
		answer, err := p.call(ctx, q, 5*time.Minute)
		if err != nil {
			return 0, err
		}
		if q.Op == opPeakRSS {
			return answer.Bytes, nil
		}
	}
	return 0, nil
}
