package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// table is a Markdown table in the making.
type table struct{ lines []string }

func newTable(heads ...string) *table {
	t := &table{}
	t.row(heads...)
	t.row(slices.Repeat([]string{"---"}, len(heads))...)
	return t
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", "\\|")
	}
	t.lines = append(t.lines, "| "+strings.Join(cells, " | ")+" |")
}

func (t *table) write(w io.Writer) { fmt.Fprintln(w, strings.Join(t.lines, "\n")) }

// writeSteps writes the rows that have floors and goals, then the other peers.
func writeSteps(w io.Writer, s SectionResult, peak map[int]float64) {
	t := newTable("workload", "threads", "Ebb p10", "median", "GFLOP/s", "of peak", "PyTorch p10", "median", "best of PyTorch", "ratio p10", "of medians", "floor", "goal")
	for _, c := range s.Cases {
		ebb, torch := c.side(peerEbb), c.side(peerTorch)
		if torch == nil {
			torch = &Side{}
		}
		floor := "–"
		if c.Floor > 0 {
			floor = times(c.Floor)
			if c.Threads == 1 && torch.RatioTenth > 0 {
				floor += verdict(torch.RatioTenth >= c.Floor)
			}
		}
		goal := "–"
		if c.Goal > 0 {
			goal = times(c.Goal)
			if torch.RatioTenth > 0 {
				goal += verdict(torch.RatioTenth >= c.Goal)
			}
		}
		t.row(c.Workload.Label, c.threadsCell(), micro(ebb.Tenth), micro(ebb.Median), rate(c.Workload, ebb.Tenth),
			share(c, ebb.Tenth, peak), micro(torch.Tenth), micro(torch.Median), torch.Config,
			times(torch.RatioTenth), times(torch.RatioMedian), floor, goal)
	}
	t.write(w)
	fmt.Fprintf(w, "\nFloors are for one thread. GFLOP/s count the matrix products alone.\n")

	fmt.Fprintf(w, "\n### Every configuration of PyTorch, p10 of the trial\n\n")
	t = newTable("workload", "threads", "eager", "foreach", "fused", "compile")
	for _, c := range s.Cases {
		torch := c.side(peerTorch)
		if torch == nil || len(torch.Tried) == 0 {
			continue
		}
		cells := []string{c.Workload.Name, c.threadsCell()}
		for _, config := range []string{"eager", "foreach", "fused", "compile"} {
			i := slices.IndexFunc(torch.Tried, func(t Tried) bool { return t.Config == config })
			switch {
			case i < 0:
				cells = append(cells, "–")
			case torch.Tried[i].Error != "":
				cells = append(cells, "failed")
			default:
				cells = append(cells, micro(torch.Tried[i].Tenth))
			}
		}
		t.row(cells...)
	}
	t.write(w)

	fmt.Fprintf(w, "\n### The others, and whether all do the same\n\n")
	fmt.Fprintf(w, "The loss gap is the largest relative difference of a loss from Ebb’s in %d steps (of more than 10 GFLOP each: %d) from the same weights.\n\n", lossSteps, lossSteps/4)
	t = newTable("workload", "threads", "peer", "p10", "median", "ratio p10", "of medians", "loss gap")
	for _, c := range s.Cases {
		for _, name := range peersOf(c) {
			side := c.side(name)
			difference := "–"
			if side.LossGap != nil {
				difference = fmt.Sprintf("%.0e%s", *side.LossGap, verdict(*side.LossGap < 1e-3))
			}
			t.row(c.Workload.Name, c.threadsCell(), named(name, side.Config), micro(side.Tenth), micro(side.Median),
				times(side.RatioTenth), times(side.RatioMedian), difference)
		}
	}
	t.write(w)
}

// threadsCell is the number of threads, marked where the machine was busy.
func (c CaseResult) threadsCell() string {
	if 2*c.Unsteady > c.Rounds {
		return fmt.Sprintf("%d †", c.Threads)
	}
	return fmt.Sprint(c.Threads)
}

func verdict(ok bool) string {
	if ok {
		return " ✓"
	}
	return " ✗"
}

// peersOf returns the peers of a case beside Ebb, each once, in order.
func peersOf(c CaseResult) []string {
	var names []string
	for _, s := range c.Sides {
		if s.Peer != peerEbb && !slices.Contains(names, s.Peer) {
			names = append(names, s.Peer)
		}
	}
	return names
}

// writeSweep writes a section whose peers stand side by side.
func writeSweep(w io.Writer, s SectionResult) {
	t := newTable("case", "threads", "Ebb p10", "median", "peer", "p10", "median", "ratio p10", "of medians")
	for _, c := range s.Cases {
		ebb := c.side(peerEbb)
		for _, name := range peersOf(c) {
			side := c.side(name)
			t.row(c.Workload.Label, c.threadsCell(), micro(ebb.Tenth), micro(ebb.Median), named(name, side.Config),
				micro(side.Tenth), micro(side.Median), times(side.RatioTenth), times(side.RatioMedian))
		}
	}
	t.write(w)
}

// writeProducts writes GFLOP/s of the 10th percentile.
func writeProducts(w io.Writer, s SectionResult, peak map[int]float64) {
	fmt.Fprintf(w, "GFLOP/s of the p10; the ratio is Ebb’s rate over the other’s.\n\n")
	t := newTable("rows×columns×depth", "threads", "Ebb", "of peak", "p10", "OpenBLAS", "ratio", "MKL", "ratio")
	for _, c := range s.Cases {
		ebb := c.side(peerEbb)
		cells := []string{c.Workload.Label, c.threadsCell(), rate(c.Workload, ebb.Tenth), share(c, ebb.Tenth, peak), micro(ebb.Tenth)}
		for _, name := range []string{peerOpenBLAS, peerMKL} {
			if side := c.side(name); side != nil {
				cells = append(cells, rate(c.Workload, side.Tenth), times(side.RatioTenth))
			} else {
				cells = append(cells, "–", "–")
			}
		}
		t.row(cells...)
	}
	t.write(w)
}

func rate(w Workload, us float64) string {
	if us <= 0 {
		return "–"
	}
	return digits(w.Flops() / us / 1e3)
}

func share(c CaseResult, us float64, peak map[int]float64) string {
	if us <= 0 || peak[c.Threads] <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*c.Workload.Flops()/us/1e3/peak[c.Threads])
}

func writeMemory(w io.Writer, r *Results) {
	if len(r.Memory) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Peak of memory in training\n\nThe whole process, with interpreter, libraries and data.\n\n")
	t := newTable("workload", "peer", "peak resident")
	for _, m := range r.Memory {
		t.row(m.Workload, m.Peer, sizeOr(m.Bytes, m.Error))
	}
	t.write(w)
}

func writeProcesses(w io.Writer, r *Results) {
	if len(r.Processes) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Whole programs: Fashion-MNIST, ten epochs\n\n784-256-128-10, ReLU, Adam, batch 64: from the start of the process to the saved model and the test accuracy.\n\n")
	t := newTable("program", "threads", "seconds", "ratio", "test accuracy", "peak resident")
	for _, p := range r.Processes {
		if p.Error != "" {
			t.row(named(p.Peer, p.Config), fmt.Sprint(p.Threads), shorten(p.Error, 80), "–", "–", "–")
			continue
		}
		t.row(named(p.Peer, p.Config), fmt.Sprint(p.Threads), digits(median(p.Seconds)), times(median(p.Seconds)/ebbSeconds(r, p.Threads)),
			fmt.Sprintf("%.1f %%", 100*p.Accuracy), size(p.PeakRSS))
	}
	t.write(w)
}

// ebbSeconds returns Ebb's time on as many threads; NaN when there is none.
func ebbSeconds(r *Results, threads int) float64 {
	for _, p := range r.Processes {
		if p.Peer == peerEbb && p.Threads == threads {
			return median(p.Seconds)
		}
	}
	return median(nil)
}

func writeSizes(w io.Writer, r *Results) {
	if len(r.Sizes) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Size on disk\n\n")
	t := newTable("what", "size")
	for _, s := range r.Sizes {
		t.row(s.What, size(s.Bytes))
	}
	t.write(w)
}
