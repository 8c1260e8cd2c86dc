package main

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"time"
)

// Options are the flags.
type Options struct {
	Out     string
	Rounds  int
	Turn    float64 // seconds of one turn
	Only    *regexp.Regexp
	Threads []int
	Quick   bool
	Install bool
	Fashion string
}

// Runner measures the sections one after the other.
type Runner struct {
	Options
	setup   *Setup
	gates   map[int]*Gate
	peers   map[string]*Peer // by name and threads
	results *Results
	say     func(format string, args ...any)
}

func (r *Runner) wanted(name string) bool { return r.Only == nil || r.Only.MatchString(name) }

// peer returns the running peer of that name, started if need be.
func (r *Runner) peer(ctx context.Context, name string, threads int) (*Peer, error) {
	key := fmt.Sprintf("%s %d", name, threads)
	if p := r.peers[key]; p != nil && p.broken == nil {
		return p, nil
	}
	r.setup.want(ctx, name)
	launch, found := r.setup.Launch[name]
	if !found {
		return nil, fmt.Errorf("%s", r.setup.Missing[name])
	}
	p, err := start(ctx, launch, threads)
	if err != nil {
		return nil, err
	}
	if old := r.peers[key]; old != nil {
		old.Close()
	}
	r.peers[key] = p
	r.results.Versions[name] = p.Version
	return p, nil
}

func (r *Runner) close() {
	for _, p := range r.peers {
		p.Close()
	}
}

// sections measures everything that goes by rounds.
func (r *Runner) sections(ctx context.Context) {
	for _, s := range sections(r.Fashion) {
		result := SectionResult{ID: s.ID, Title: s.Title}
		for _, c := range s.Cases {
			if r.Quick && (s.Configs != nil || c.Configs != nil) {
				continue // a sweep, or part of one
			}
			if !r.wanted(s.ID + "/" + c.Name) {
				continue
			}
			for _, n := range r.Threads {
				if ctx.Err() != nil {
					break
				}
				began := time.Now()
				measured := r.measure(ctx, s, c, n)
				if ctx.Err() != nil {
					break // half a case says nothing
				}
				result.Cases = append(result.Cases, measured)
				r.say("%-9s %-22s %d threads: %s (%.0f s)", s.ID, c.Name, n, oneLine(measured), time.Since(began).Seconds())
			}
		}
		if len(result.Cases) > 0 {
			r.results.Sections = append(r.results.Sections, result)
		}
	}
}

// measure lets all peers of the section do one workload.
func (r *Runner) measure(ctx context.Context, s Section, c Case, threads int) CaseResult {
	w := c.Workload
	if c.Configs != nil {
		s.Configs = c.Configs
	}
	if c.Rounds > 0 {
		s.Rounds = c.Rounds
	}
	out := CaseResult{Workload: w, Threads: threads, Floor: c.Floor, Goal: c.Goal}
	if threads > 1 && c.GoalTwo > 0 {
		out.Goal = c.GoalTwo
	}
	var all []*Contestant
	var losses []float64
	for _, name := range append([]string{peerEbb}, s.Peers...) {
		side := Side{Peer: name}
		p, err := r.peer(ctx, name, threads)
		if err == nil {
			var entries []*Contestant
			entries, side.Tried, err = r.entries(ctx, p, s, w)
			if s.Compare && w.Kind == kindTrain && err == nil {
				own := r.losses(ctx, p, w)
				if name == peerEbb {
					losses = own
				} else {
					side.LossGap = gap(own, losses)
				}
			}
			for _, e := range entries {
				side.Config = e.Config
				all = append(all, e)
				out.Sides = append(out.Sides, side)
			}
		}
		if err != nil {
			side.Error = err.Error()
			out.Sides = append(out.Sides, side)
			all = append(all, &Contestant{err: err})
		}
		if ctx.Err() != nil {
			return out
		}
	}
	n := max(1, r.Rounds*s.Rounds/100)
	out.Steadiness = rounds(ctx, r.gates[threads], all, n, r.Turn)
	for i, e := range all {
		out.Sides[i].take(e, all[0])
		if e.Peer != nil && e.Peer.broken == nil {
			e.Peer.call(ctx, Request{Op: opDrop}, time.Minute)
		}
	}
	return out
}

// take fills the side's times in.
func (s *Side) take(c, ebb *Contestant) {
	if c.err != nil {
		s.Error = c.err.Error()
		return
	}
	s.Tenth, s.Median = tenth(c.samples), median(c.samples)
	s.Tenths, s.Medians = c.tenths, c.halfs
	if c != ebb && ebb.err == nil {
		s.RatioTenth, s.RatioMedian = ratio(c.tenths, ebb.tenths), ratio(c.halfs, ebb.halfs)
	}
}

// lossSteps is how many steps are compared; of a very large network fewer.
const lossSteps = 20

func (r *Runner) losses(ctx context.Context, p *Peer, w Workload) []float64 {
	steps := lossSteps
	if w.Flops() > 1e10 {
		steps = lossSteps / 4
	}
	a, err := p.call(ctx, Request{Op: opLosses, Workload: &w, Steps: steps}, 5*time.Minute)
	if err != nil {
		return nil
	}
	return a.Losses
}

// gap returns the largest relative difference of two courses of the loss, or
// nil when there is no pair to compare.
func gap(a, b []float64) *float64 {
	if len(a) == 0 || len(a) != len(b) {
		return nil
	}
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i])/max(math.Abs(b[i]), 1e-2))
	}
	if math.IsNaN(worst) {
		return nil
	}
	return &worst
}
