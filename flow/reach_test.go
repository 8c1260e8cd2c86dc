package flow_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
)

// Reach against the norm of the gradient that was seen to come in, when the
// input's gradient is not asked for and the first layers report nothing.
func TestReachOfFirstLayersInContainers(t *testing.T) {
	for _, c := range []struct {
		name  string
		model *nn.Sequential
		where string
		above string // the row whose Out comes to it; "" for the error itself
	}{
		{"body of one layer", nn.NewSequential(nn.NewResidual(dense(1, 6, 6, 1)), dense(2, 6, 3, 1)), "residual_1/dense_1", "dense_1"},
		{"body in a body", nn.NewSequential(nn.NewResidual(nn.NewResidual(dense(1, 6, 6, 1))), dense(2, 6, 3, 1)), "residual_1/residual_1/dense_1", "dense_1"},
		{"body of two layers", nn.NewSequential(nn.NewResidual(dense(1, 6, 6, 1), nn.NewTanh()), dense(2, 6, 3, 1)), "residual_1/dense_1", "residual_1/dense_1"},
		{"chain in a chain", nn.NewSequential(nn.NewSequential(dense(1, 6, 6, 1)), dense(2, 6, 3, 1)), "sequential_1/dense_1", "dense_1"},
		{"flatten between", nn.NewSequential(dense(1, 6, 6, 1), nn.NewFlatten(), dense(2, 6, 3, 1)), "dense_1", "dense_2"},
		{"alone", nn.NewSequential(nn.NewResidual(dense(1, 3, 3, 1))), "residual_1/dense_1", ""},
	} {
		r := flow.NewRecorder(c.model)
		p := nn.NewTrainingPass()
		p.Probe = r
		in := 6
		if c.name == "alone" {
			in = 3
		}
		step(p, c.model, normal(1, 1, 4, in), normal(2, 1, 4, 3))
		rep := r.Last()
		want := math.NaN()
		if c.above == "" {
			want = 1
		}
		for _, row := range rep.Rows {
			if row.Where == c.above {
				want = row.Out / rep.Norm
			}
		}
		found := false
		for _, re := range rep.Reach {
			if re.Where == c.where {
				found = true
				if !(math.Abs(re.Ratio-want) <= 1e-12*want) {
					t.Errorf("%s: %v of the error reaches %s, expected %v", c.name, re.Ratio, re.Where, want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no %s in %+v", c.name, c.where, rep.Reach)
		}
	}
}

// A branch gets its columns of the gradient, and what it passes on is bounded.
func TestReachOfABranch(t *testing.T) {
	m := networks()["parallel"]
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	step(p, m, normal(1, 1, 16, 6), normal(2, 1, 16, 3))
	rep := r.Last()
	rep.SetBounds(flow.Bounds(m))
	squares, whole, bounded := 0.0, 0.0, 0
	for _, row := range rep.Rows {
		if row.Stage == nn.StageParallel && row.Depth == 1 {
			squares += row.In * row.In
			if row.Bound < 10 {
				bounded++
			}
			for _, re := range rep.Reach {
				if re.Where == row.Where && math.Abs(re.Ratio-row.In/rep.Norm) > 1e-12 {
					t.Errorf("%+v, came in %v", re, row.In/rep.Norm)
				}
			}
		}
		if row.Where == "parallel_1" {
			whole = row.In
		}
	}
	if math.Abs(math.Sqrt(squares)/whole-1) > 1e-6 || bounded != 2 {
		t.Errorf("the branches' gradients have the norm %v together, the whole %v; %d bounds", math.Sqrt(squares), whole, bounded)
	}
}
