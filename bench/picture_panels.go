package main

import (
	"fmt"
	"math"
	"strings"
)

// picturePanels chooses what the picture shows: steps, recurrent layers, inference, products on
// one thread, whole programs.
func picturePanels(r *Results) []panel {
	var panels []panel
	add := func(p panel) {
		if len(p.groups) > 0 {
			panels = append(panels, p)
		}
	}
	for _, s := range r.Sections {
		switch s.ID {
		case "steps", "recurrent", "infer":
			add(panel{s.Title, byWorkload(s.Cases)})
		case "gemm":
			var one []CaseResult
			for _, c := range s.Cases {
				if c.Threads == s.Cases[0].Threads {
					one = append(one, c)
				}
			}
			add(panel{s.Title + ", " + threads(s.Cases[0].Threads), byWorkload(one)})
		}
	}
	add(panel{"Whole programs: Fashion-MNIST, ten epochs, start to saved model", programGroups(r)})
	return panels
}

// classOf returns the colour of a peer.
func classOf(peer string, threads int) string {
	switch peer {
	case peerTorch:
		if threads > 1 {
			return "p2"
		}
		return "p1"
	case peerSklearn:
		return "sk"
	case peerGomlx:
		return "gx"
	case peerOpenBLAS:
		return "ob"
	case peerMKL:
		return "mk"
	}
	return "ke"
}

// byWorkload makes one group of a workload's cases. Of the peers beside PyTorch
// only the first number of threads is shown.
func byWorkload(cases []CaseResult) []group {
	var groups []group
	for _, c := range cases {
		if len(groups) == 0 || groups[len(groups)-1].label != c.Workload.Label {
			groups = append(groups, group{label: c.Workload.Label, floor: c.Floor})
		}
		g := &groups[len(groups)-1]
		for _, name := range peersOf(c) {
			s := c.side(name)
			if s.RatioTenth <= 0 || math.IsNaN(s.RatioTenth) || c.Threads != cases[0].Threads && name != peerTorch {
				continue
			}
			b := bar{classOf(name, c.Threads), named(name, s.Config) + ", " + threads(c.Threads), s.RatioTenth}
			at := len(g.bars)
			if name == peerTorch && c.Threads > 1 && at > 0 { // beside its other number of threads
				at = min(1, at)
			}
			g.bars = append(g.bars[:at], append([]bar{b}, g.bars[at:]...)...)
		}
	}
	return withBars(groups)
}

func programGroups(r *Results) []group {
	var groups []group
	for _, p := range r.Processes {
		ratio := median(p.Seconds) / ebbSeconds(r, p.Threads)
		if p.Peer == peerEbb || p.Error != "" || math.IsNaN(ratio) {
			continue
		}
		label := threads(p.Threads)
		if len(groups) == 0 || groups[len(groups)-1].label != label {
			groups = append(groups, group{label: label})
		}
		g := &groups[len(groups)-1]
		b := bar{classOf(p.Peer, p.Threads), named(p.Peer, p.Config), ratio}
		// Of several configurations the best.
		if n := len(g.bars); n > 0 && g.bars[n-1].class == b.class {
			if b.value < g.bars[n-1].value {
				g.bars[n-1] = b
			}
			continue
		}
		g.bars = append(g.bars, b)
	}
	return withBars(groups)
}

func withBars(groups []group) []group {
	var kept []group
	for _, g := range groups {
		if len(g.bars) > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

// describe tells the picture in words.
func describe(panels []panel) string {
	parts := []string{"Bars on a logarithmic scale."}
	for _, p := range panels {
		parts = append(parts, p.title+".")
		for _, g := range p.groups {
			var bars []string
			for _, b := range g.bars {
				bars = append(bars, fmt.Sprintf("%s %s", b.note, times(b.value)))
			}
			parts = append(parts, g.label+": "+strings.Join(bars, ", ")+".")
		}
	}
	return strings.Join(parts, " ")
}

// pictureStyle keeps the colours apart for colour-blind readers (after Okabe
// and Ito 2008), darker on white and lighter on black.
const pictureStyle = `
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#1f2933}
.h1{font-size:20px;font-weight:700}
.h{font-size:15px;font-weight:600}
.value{font-weight:600}
.note{font-size:13px}
.note,.tick{fill:#52606d}
.end{text-anchor:end}.mid{text-anchor:middle}
.paper{fill:#ffffff}
.grid{stroke:#e4e7eb}
.one{stroke:#1f2933;stroke-width:1.5}
.floor{stroke:#1f2933;stroke-width:2}
.p1{fill:#d1490c}.p2{fill:#f0a07a}.sk{fill:#0072b2}.gx{fill:#00805a}
.ob{fill:#8a3ffc}.mk{fill:#b0407f}.ke{fill:#a56f00}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.note,.tick{fill:#9da9b5}
.paper{fill:#0d1117}
.grid{stroke:#262d36}
.one,.floor{stroke:#e6edf3}
.p1{fill:#ff8f4d}.p2{fill:#a65a33}.sk{fill:#56b4e9}.gx{fill:#2fc99a}
.ob{fill:#be95ff}.mk{fill:#ee8cc4}.ke{fill:#f0c040}
}
`
