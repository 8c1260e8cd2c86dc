package flow

import (
	"math"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/nn"
)

// stream is the main chain of a report as [Picture] draws it. x counts layers
// from the output: layer i stands between i and i+1.
type stream struct {
	slots    []string // sites, from the output to the input
	segments []segment
	dots     []mark
}

// segment is one factor: the level, relative to the error at the output, goes
// from a at x0 to b at x1.
type segment struct {
	where  string
	stage  nn.Stage // "" where nothing changes
	x0, x1 float64
	a, b   float64
	// The bounds of a and b: what no input can exceed; +Inf if there is none.
	boundA, boundB float64
}

// mark is what reaches the weights of one layer.
type mark struct {
	where       string
	x, y, bound float64
}

// newStream lays out the main chain. In a layer with weights, the factors on
// the way to them take the first half and its own factor the second, so that
// the error that reaches the weights stands in the middle.
func newStream(r *Report) stream {
	var s stream
	rows := map[string][]Row{}
	add := func(site string) {
		if !slices.Contains(s.slots, site) {
			s.slots = append(s.slots, site)
		}
	}
	for _, row := range r.Rows {
		if row.Depth == 0 {
			add(row.Where)
			rows[row.Where] = append(rows[row.Where], row)
		}
	}
	inside := map[string][]Reach{} // by the layer of the main chain
	for _, re := range r.Reach {
		site, _, _ := strings.Cut(re.Where, "/")
		if math.IsNaN(re.Ratio) || site == "" {
			continue
		}
		add(site)
		// An activation that is trained shares the site of its dense layer,
		// which comes after it.
		if list := inside[site]; len(list) > 0 && list[len(list)-1].Where == re.Where {
			list[len(list)-1] = re
			continue
		}
		inside[site] = append(inside[site], re)
	}
	at := level{1, 1}
	for i, site := range s.slots {
		x, list := float64(i), inside[site]
		before, after := rows[site], []Row(nil)
		if len(list) == 1 && list[0].Where == site {
			if own := slices.IndexFunc(before, func(r Row) bool { return r.Stage != nn.StageActivation }); own >= 0 {
				before, after = before[:own], before[own:]
			}
			at = s.add(site, before, x, x+0.5, at)
			// Nothing flows on from the weights of the first layer.
			if len(after) > 0 || i+1 < len(s.slots) {
				at = s.add(site, after, x+0.5, x+1, at)
			}
		} else {
			at = s.add(site, before, x, x+1, at)
		}
		for j, re := range list {
			s.dots = append(s.dots, mark{re.Where, x + float64(j+1)/float64(len(list)+1), re.Ratio, re.Bound})
		}
	}
	return s
}

// level is where the stream stands, and its bound.
type level struct{ now, bound float64 }

// add puts rows side by side from x0 to x1 and returns the level after them.
func (s *stream) add(site string, rows []Row, x0, x1 float64, from level) level {
	if len(rows) == 0 {
		s.segments = append(s.segments, segment{site, "", x0, x1, from.now, from.now, from.bound, from.bound})
		return from
	}
	w := (x1 - x0) / float64(len(rows))
	for i, row := range rows {
		x := x0 + float64(i)*w
		to := level{row.SoFar, times(from.bound, row.Bound)}
		s.segments = append(s.segments, segment{site, row.Stage, x, x + w, from.now, to.now, from.bound, to.bound})
		from = to
	}
	return from
}

// scale is the vertical axis: whole decades from lo to hi, a label every step.
type scale struct {
	lo, hi, step int
	zero         bool // the lowest line stands for 0
}

// maxLabels is how many decades the axis names at most.
const maxLabels = 9

// newScale covers all levels. A bound has no say beyond one decade above them:
// it is for what the bound excludes, and a loose one would flatten the picture.
func newScale(streams []stream) scale {
	lo, hi := 0.0, 0.0
	var sc scale
	see := func(level float64) {
		switch {
		case level == 0:
			sc.zero = true
		case positive(level):
			lo, hi = math.Min(lo, math.Log10(level)), math.Max(hi, math.Log10(level))
		}
	}
	above := false
	for _, s := range streams {
		for _, g := range s.segments {
			see(g.a)
			see(g.b)
			above = above || g.boundB > 1
		}
		for _, d := range s.dots {
			see(d.y)
		}
	}
	sc.lo, sc.hi = int(math.Floor(lo-0.15)), int(math.Ceil(hi))
	if above || hi > 0 {
		sc.hi = max(sc.hi, 1)
	}
	if sc.zero {
		sc.lo--
	}
	sc.step = roundStep(float64(sc.hi-sc.lo) / maxLabels)
	return sc
}

// at returns where a level stands, from 0 at the bottom to 1 at the top. Zero
// is at the bottom and what is not finite at the top.
func (sc scale) at(level float64) float64 {
	switch {
	case level == 0:
		return 0
	case math.IsNaN(level) || math.IsInf(level, 0):
		return 1
	}
	return (math.Log10(level) - float64(sc.lo)) / float64(sc.hi-sc.lo)
}
