package flow

import (
	"math"
	"strconv"
	"strings"

	"github.com/ebb-ml/ebb/nn"
)

// line is one line of the table: a layer with its activation, or another stage.
type line struct {
	site        string
	name        string // last part of the site
	size, kind  string // units and activation of a dense layer
	depth       int    // 0 in the main chain
	gain, bound float64
	phi, w      float64 // decades; NaN where the layer has no such factor
	reaches     float64 // at the weights, or after the stage
	inside      []*line // what is in a container, from the output to the input
}

// lines joins each dense layer with the activation that has its site: its gain
// is the product of both. What is inside a container stands below it, though
// its rows came first.
func (r *Report) lines() []*line {
	root := &line{}
	sites := map[string]*line{}
	// at returns the line of a site, made below its container's where there is
	// none yet.
	var at func(site string) *line
	at = func(site string) *line {
		if l := sites[site]; l != nil {
			return l
		}
		l := &line{site: site, name: site, gain: math.NaN(), bound: math.NaN(), phi: math.NaN(), w: math.NaN(), reaches: math.NaN()}
		parent := root
		if i := strings.LastIndexByte(site, '/'); i >= 0 {
			parent, l.name = at(site[:i]), site[i+1:]
			l.depth = parent.depth + 1
		}
		parent.inside = append(parent.inside, l)
		sites[site] = l
		return l
	}
	for _, row := range r.Rows {
		l := at(row.Where)
		if row.In == 0 { // nothing came to measure it with
			row.Decades = math.NaN()
			if row.Gain = math.Inf(1); l.gain == 0 {
				row.Gain = 1 // where the layer itself let nothing through, that stands
			}
		}
		decades := &l.phi
		switch row.Stage {
		case nn.StageActivation:
			l.reaches = row.SoFar
		case nn.StageWeights:
			decades = &l.w
			l.reaches = ratio(row.In, r.Norm)
		default:
			l.gain, l.bound, l.reaches = row.Gain, row.Bound, row.SoFar
			continue
		}
		if math.IsNaN(l.gain) {
			l.gain, l.bound = row.Gain, row.Bound
		} else {
			l.gain, l.bound = l.gain*row.Gain, times(l.bound, row.Bound)
		}
		*decades = row.Decades
	}
	for _, re := range r.Reach {
		l := at(re.Where)
		if re.Out > 0 {
			l.size = strconv.Itoa(re.Out)
		}
		l.kind = re.Phi
		if math.IsNaN(l.reaches) { // the first layer has no row
			l.reaches = re.Ratio
		}
	}
	root.nest()
	return root.inside
}

// nest puts the layers of a residual join's body below the line of the body.
func (l *line) nest() {
	var body, skip *line
	for _, c := range l.inside {
		c.nest()
		switch c.site {
		case l.site + "/body":
			body = c
		case l.site + "/skip":
			skip = c
		}
	}
	if body == nil || skip == nil {
		return
	}
	for _, c := range l.inside {
		if c != body && c != skip {
			c.deepen()
			body.inside = append(body.inside, c)
		}
	}
	l.inside = []*line{body, skip}
}

// has reports whether a layer is in l.
func (l *line) has(site string) bool {
	for _, c := range l.inside {
		if c.site == site || c.has(site) {
			return true
		}
	}
	return false
}

func (l *line) deepen() {
	l.depth++
	for _, c := range l.inside {
		c.deepen()
	}
}

// flat returns the lines with those inside below them, where open allows it.
func flat(lines []*line, open func(*line) bool) []*line {
	var list []*line
	for _, l := range lines {
		list = append(list, l)
		if open(l) {
			list = append(list, flat(l.inside, open)...)
		}
	}
	return list
}

// shown returns what fits into the table: everything, or the main chain with
// what is around the layer that gets the least, or the main chain alone.
func (r *Report) shown() []*line {
	lines := r.lines()
	least := ""
	if re := r.Least(); re != nil {
		least = re.Where
	}
	for _, open := range []func(*line) bool{
		func(*line) bool { return true },
		func(l *line) bool { return l.has(least) },
	} {
		if list := flat(lines, open); len(list) <= tableRows {
			return list
		}
	}
	return lines
}
