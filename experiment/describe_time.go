package experiment

import (
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/data"
)

// oneStep is the shape that nn.Summarize runs the model on, beside its first
// dimension of 1: of sequences one step of one, [1, 1, features] or [1, 1].
func (e *Experiment) oneStep() []int {
	switch {
	case e.Train.Layout == data.Rows:
		return []int{e.Train.X.Cols()}
	case e.Train.IDs > 0:
		return []int{1}
	}
	return []int{1, e.Train.X.Cols()}
}

// outputOf returns the output of one example: of sequences with all its steps.
func (e *Experiment) outputOf(traced []int) []int {
	if e.Train.Layout == data.Rows || len(traced) < 3 {
		return traced[1:]
	}
	return append([]int{e.Spec.inputOf(e.Train).steps}, traced[2:]...)
}

// writeSize tells how much data there is.
func (d *Description) writeSize(b *strings.Builder) {
	switch d.Data.Layout {
	case data.Stream.String():
		fmt.Fprintf(b, "data       %s: %d characters to train on, %d held out\n", d.Data.Source, d.Data.Rows, d.Data.Validation)
		fmt.Fprintf(b, "           in windows of %d, the state carried from one to the next\n", d.Data.Steps)
	case data.Sequences.String():
		what := "sequences"
		if d.Data.Window > 0 {
			what = "windows of a series"
		}
		fmt.Fprintf(b, "data       %s: %d %s to train on, %d held out\n", d.Data.Source, d.Data.Rows, what, d.Data.Validation)
		if d.Data.IDs > 0 {
			fmt.Fprintf(b, "           %d steps of one id each\n", d.Data.Steps)
		} else {
			fmt.Fprintf(b, "           %d steps of %s each\n", d.Data.Steps, plural(d.Data.Features, "feature"))
		}
	default:
		fmt.Fprintf(b, "data       %s: %d rows to train on, %d held out, %d features\n", d.Data.Source, d.Data.Rows, d.Data.Validation, d.Data.Features)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
