package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// nearBest is how close to the best a configuration has to come in the trial to
// take part in the rounds.
const nearBest = 1.1

const trialTurns = 2 // of each configuration: one may be disturbed

// entries prepares the configurations of a peer that apply, and tries each once
// when there are several: those near the best take part in the rounds.
func (r *Runner) entries(ctx context.Context, p *Peer, s Section, w Workload) ([]*Contestant, []Tried, error) {
	var all []*Contestant
	var tried []Tried
	for _, config := range r.configs(p, s, w) {
		_, err := p.call(ctx, Request{Op: opPrepare, Workload: &w, Config: config}, 5*time.Minute)
		if err != nil {
			tried = append(tried, Tried{Config: config, Error: err.Error()})
			if p.broken != nil {
				return nil, tried, p.broken
			}
			continue
		}
		all = append(all, &Contestant{Peer: p, Config: config})
		tried = append(tried, Tried{Config: config})
	}
	if len(all) == 0 {
		return nil, tried, fmt.Errorf("%s", tried[0].Error)
	}
	if len(tried) == 1 {
		return all, nil, nil
	}
	best := r.trial(ctx, p, all, tried)
	keep := all[:0]
	for _, c := range all {
		i := slices.IndexFunc(tried, func(t Tried) bool { return t.Config == c.Config })
		if c.err == nil && tried[i].Tenth <= best*nearBest {
			keep = append(keep, c)
		}
	}
	if len(keep) == 0 {
		return nil, tried, fmt.Errorf("%s", tried[0].Error)
	}
	return keep, tried, nil
}

// trial lets each run trialTurns times, interleaved, fills tried in and returns the
// best 10th percentile.
func (r *Runner) trial(ctx context.Context, p *Peer, all []*Contestant, tried []Tried) float64 {
	best := math.Inf(1)
	for range trialTurns {
		for _, c := range all {
			t := &tried[slices.IndexFunc(tried, func(t Tried) bool { return t.Config == c.Config })]
			r.gates[r.threadsOf(p)].wait(ctx)
			samples := c.turn(ctx, r.Turn)
			if c.err != nil {
				t.Error = c.err.Error()
				continue
			}
			if v := quantile(samples, 0.1); t.Tenth == 0 || v < t.Tenth {
				t.Tenth = v
			}
			best = min(best, t.Tenth)
		}
	}
	return best
}

func (r *Runner) threadsOf(p *Peer) int {
	for _, n := range r.Threads {
		if r.peers[fmt.Sprintf("%s %d", p.Name, n)] == p {
			return n
		}
	}
	return r.Threads[0]
}

// configs returns the configurations of p for a workload.
func (r *Runner) configs(p *Peer, s Section, w Workload) []string {
	if p.Name != peerTorch {
		return p.Configs
	}
	configs := []string{"eager", "foreach", "fused", "compile"}
	if w.Kind == kindInfer {
		configs = []string{"eager", "jit", "compile"}
	}
	if s.Configs != nil {
		configs = s.Configs
	}
	return slices.DeleteFunc(slices.Clone(configs), func(c string) bool { return r.Quick && c == "compile" })
}
