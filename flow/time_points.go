package flow

import "math"

// points returns the lags of the training step that runs, or the means.
func (t *timeTrack) points(means bool) []TimePoint {
	n, norm := t.n, 0.0
	if n > 0 {
		norm = t.lags[0].now.state()
	}
	if means && t.seen > 0 {
		n, norm = t.seen, t.norm.value()
	} else {
		means = false
	}
	list := make([]TimePoint, n)
	path := 1.0
	for k := range list {
		s := &t.lags[k]
		v := s.now.parts(t.lags[0].now.state())
		over := !finite(s.now.state())
		if means {
			over = s.over > 0 && s.mean[lagState].n == 0
			for i := range v {
				v[i] = s.mean[i].value()
			}
			if !t.cell {
				v[lagHidden] = v[lagState]
			}
		}
		p := TimePoint{
			Lag: k, Norm: norm * v[lagState], Decades: math.Log10(v[lagState]),
			Hidden: norm * v[lagHidden], Cell: norm * v[lagCell],
			Gain: v[lagGain], Phi: v[lagPhi], W: v[lagW], Keep: v[lagKeep], Path: path, Share: math.NaN(),
		}
		if over {
			p.Norm, p.Decades = math.Inf(1), math.NaN()
		}
		least := smallest * math.Sqrt(float64(s.size))
		p.faint, p.rough = p.Norm < least, p.Norm*p.Gain < least
		path = v[lagPath]
		if !t.cell {
			p.Path = math.NaN()
		}
		list[k] = p
	}
	return list
}
