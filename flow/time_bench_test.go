package flow_test

import (
	"fmt"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
)

// What measuring every step of a sequence costs beside a training step that is
// not measured. The weights keep the gradient's size: the least floating point
// numbers would be slow to compute with, measured or not.
func BenchmarkMeasureTime(b *testing.B) {
	for _, c := range []struct{ steps, batch, hidden int }{{100, 32, 64}, {1000, 20, 50}, {10_000, 8, 32}} {
		for _, kind := range []string{"rnn", "lstm"} {
			for _, measured := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s T%d B%d H%d measured=%v", kind, c.steps, c.batch, c.hidden, measured), func(b *testing.B) {
					l := nn.NewLSTM(8, c.hidden, last)
					if kind == "rnn" {
						l = nn.NewRNN(8, c.hidden, nn.NewIdentity(), last)
					}
					m := nn.NewSequential(recurrentLayer(l, orthogonal, glorot, 1, 1), dense(1, c.hidden, 4, 1))
					p := nn.NewTrainingPass()
					if measured {
						p.Probe = flow.NewRecorder(m)
					}
					x, dy := sequences(1, c.steps, c.batch, 8), normal(1, 1, c.batch, 4)
					step(p, m, x, dy)
					for b.Loop() {
						step(p, m, x, dy)
					}
				})
			}
		}
	}
}

// The recorder's own part of that: a training step of 1000 steps.
func BenchmarkRecordTime(b *testing.B) {
	r := flow.NewRecorder(nn.NewSequential())
	for b.Loop() {
		r.Observe(nn.Event{Site: "loss", Stage: nn.StageLoss, Time: -1, In: 1, Out: 1})
		for s := 999; s >= 0; s-- {
			r.Observe(nn.Event{Site: "rnn_1", Stage: nn.StageActivation, Time: s, In: 1.5, Out: 1.25, Size: 100})
			r.Observe(nn.Event{Site: "rnn_1", Stage: nn.StageRecurrent, Time: s, In: 1.25, Out: 1.125, Size: 100})
		}
	}
}
