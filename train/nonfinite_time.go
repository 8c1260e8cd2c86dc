package train

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// findTime finds the time step at which the output of the recurrent layer at
// e.Site stopped being finite, where the layer gives its last state alone: the
// shortest beginning of the sequences that shows it, by halving.
func (s *Stepper) findTime(e *NonFiniteError, x *tensor.Tensor) {
	if e.Phase != PhaseForward || e.Stage != nn.StageRecurrent || e.Time >= 0 || x.Rank() < 2 {
		return
	}
	p := &nn.Pass{Train: s.Pass.Train, Step: s.Pass.Step}
	var state, norm float64
	p.Trace = func(site string, stage nn.Stage, out *tensor.Tensor) {
		if site == e.Site && stage == nn.StageRecurrent {
			c := kernel.Count(out.Data)
			state, norm = float64(c.NonFinite), math.Sqrt(c.SumSquares)
		}
	}
	after := func(n int) (finite bool, size float64) {
		p.Reset()
		if s.Pass.State != nil {
			p.State = nn.NewState()
			p.State.CopyFrom(s.before)
		}
		p.Lengths = nil
		for _, l := range s.Pass.Lengths {
			p.Lengths = append(p.Lengths, min(l, n))
		}
		s.Model.Forward(p, entries(&p.Arena, x, 0, n))
		return state == 0, norm
	}
	lo, hi := 0, x.Dim(0) // finite after lo steps, not so after hi
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; first(after(mid)) {
			lo = mid
		} else {
			hi = mid
		}
	}
	e.Time, e.Lag = lo, lo
	if half := lo / 2; half > 0 {
		_, last := after(lo)
		if _, before := after(half); before > 0 && finite(last) {
			e.GrowthPerTimeStep = math.Pow(last/before, 1/float64(lo-half))
		}
	}
}

func first(ok bool, _ float64) bool { return ok }
