package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// writeReport writes all tables as Markdown.
// picture is the name of the picture beside it, or "".
func writeReport(w io.Writer, r *Results, picture string) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("# Ebb beside other libraries\n")
	if r.Partial {
		p("**Stopped before the end**: this is what there was.\n")
	}
	p("Written by `go run ./bench`; [README.md](README.md) tells what is measured and how. A time is that of one step; p10 is")
	p("its 10th percentile, the time of an undisturbed step. A ratio is the other side’s time divided by Ebb’s in the same")
	p("round, the median over all rounds: above 1, Ebb is faster.\n")
	if picture != "" {
		p("![%s.](%s)\n", pictureTitle, picture)
	}
	writeMachine(w, r)
	for _, s := range r.Sections {
		p("\n## %s\n", s.Title)
		switch s.ID {
		case "gemm":
			writeProducts(w, s, r.Peak)
		case "steps", "recurrent":
			writeSteps(w, s, r.Peak)
		default:
			writeSweep(w, s)
		}
	}
	writeMemory(w, r)
	writeProcesses(w, r)
	writeSizes(w, r)
	writeNotes(w, r)
}

func writeMachine(w io.Writer, r *Results) {
	m := r.Machine
	t := newTable("machine", "")
	virtual := ""
	if m.Virtual {
		virtual = ", a virtual machine"
	}
	t.row("processor", fmt.Sprintf("%s, %d cores%s", orUnknown(m.CPU), m.Cores, virtual))
	t.row("caches, memory", strings.Join(append(slices.Clone(m.Caches), orUnknown(m.Memory)), ", "))
	for _, n := range slices.Sorted(maps.Keys(r.Peak)) {
		t.row(fmt.Sprintf("FMA peak, %s", threads(n)), digits(r.Peak[n])+" GFLOP/s in float32")
	}
	t.row("governor", orUnknown(m.Governor))
	t.row("system, Go", m.System+", "+m.Go)
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		t.row(name, r.Versions[name])
	}
	t.row("date", r.Date)
	t.row("measured", r.Options)
	t.write(w)
}

func orUnknown(s string) string {
	if s == "" {
		return "not told by the system"
	}
	return s
}

func threads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// writeNotes tells what is missing and how steady the machine was.
func writeNotes(w io.Writer, r *Results) {
	fmt.Fprintf(w, "\n## Notes\n\n")
	var rounds, discarded, unsteady int
	for _, s := range r.Sections {
		for _, c := range s.Cases {
			rounds, discarded, unsteady = rounds+c.Rounds, discarded+c.Discarded, unsteady+c.Unsteady
		}
	}
	fmt.Fprintf(w, "- %d rounds counted, %d discarded and repeated because the cores were not all there, %d kept though they were not. A † marks cases in which these were more than half: they say little.\n", rounds, discarded, unsteady)
	for _, name := range slices.Sorted(maps.Keys(r.Missing)) {
		fmt.Fprintf(w, "- %s is missing: %s.\n", name, shorten(r.Missing[name], 300))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(w, "- Left out, %s: %s.\n", name, shorten(r.Skipped[name], 300))
	}
	for _, problem := range problems(r) {
		fmt.Fprintf(w, "- %s\n", problem)
	}
}

// problems lists the errors of single cases, each once.
func problems(r *Results) []string {
	var list []string
	add := func(where, text string) {
		line := where + ": " + strings.TrimRight(shorten(text, 200), ".:") + "."
		if !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	for _, s := range r.Sections {
		for _, c := range s.Cases {
			for _, side := range c.Sides {
				if side.Error != "" && r.Missing[side.Peer] == "" {
					add(fmt.Sprintf("%s, %s, %s", side.Peer, c.Workload.Name, threads(c.Threads)), side.Error)
				}
				for _, t := range side.Tried {
					if t.Error != "" && t.Config != "" {
						add(fmt.Sprintf("%s %s, %s, %s", side.Peer, t.Config, c.Workload.Name, threads(c.Threads)), t.Error)
					}
				}
			}
		}
	}
	return list
}
