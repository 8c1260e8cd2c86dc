package main

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/gradcheck/layertest"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// One call checks what a layer must keep to: gradients against finite
// differences, shapes, determinism, saving, no allocation, telescoping gains.
func TestSwish(t *testing.T) {
	layertest.Run(t, layertest.Case{
		Name: "swish", In: []int{5, 3}, Out: []int{5, 3},
		New: func() nn.Layer {
			s := NewSwish(3)
			copy(s.Beta.Value.Data, []tensor.Float{0.5, 1, 2})
			return s
		},
	})
}

func TestGainBoundIsTheLargestSlope(t *testing.T) {
	most := 0.0
	for u := 0.0; u < 10; u += 1e-4 {
		s := 1 / (1 + math.Exp(-u))
		most = math.Max(most, s+u*s*(1-s))
	}
	if bound := NewSwish(1).GainBound(); !(bound >= most) || bound > most+1e-6 {
		t.Errorf("bound %v, the largest slope is %v", bound, most)
	}
}

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	var accuracy float64
	if _, err := fmt.Sscanf(out.String(), "two spirals: accuracy %f", &accuracy); err != nil || accuracy < 98 {
		t.Errorf("accuracy %v, %v", accuracy, err)
	}
	// An activation stands in the line of its dense layer; dense_1 has no other
	// factor than the swish, whose bound is told.
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "dense_1") && !strings.Contains(line, " 1.10 ") {
			t.Errorf("the bound of the swish is not in %q", line)
		}
	}
	if !strings.Contains(out.String(), "\ndense_1 ") {
		t.Errorf("no flow table:\n%s", out.String())
	}
}
