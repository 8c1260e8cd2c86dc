package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/nn"
)

func ExampleSummarize() {
	m := nn.NewSequential(
		nn.NewDense(64, 32), nn.NewReLU(),
		nn.NewResidual(nn.NewDense(32, 32), nn.NewTanh()),
		nn.NewBatchNorm(32),
		nn.NewDense(32, 10),
	)
	s, err := nn.Summarize(m, 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s)
	// Output:
	// layer                        module    kind          output           parameters
	// dense_1                      0         dense         [B, 32]                2080
	// dense_1                      1         relu          [B, 32]                   -
	// residual_1                   2         residual      [B, 32]                   -
	//   dense_1                    2.0       dense         [B, 32]                1056
	//   dense_1                    2.1       tanh          [B, 32]                   -
	// batch_norm_1                 3         batch_norm    [B, 32]                  64
	// dense_2                      4         dense         [B, 10]                 330
	// total                                                                       3530
}

// The rows of a summary agree with what Named lists, and no line is too long.
func TestSummarize(t *testing.T) {
	m := nn.NewSequential(
		nn.NewEmbedding(9, 4), nn.NewFlatten(),
		nn.NewParallel(
			nn.NewSequential(nn.NewDense(12, 8), nn.NewSoftmax()),
			nn.NewResidual(nn.NewResidual(nn.NewBatchNorm(12))),
			nn.NewDense(12, 1000),
		),
	)
	s, err := nn.Summarize(m, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"embedding_1":                    "[1 3 4]",
		"flatten_1":                      "[1 12]",
		"parallel_1":                     "[1 1020]",
		"parallel_1/branch_1":            "[1 8]",
		"parallel_1/branch_1/dense_1":    "[1 8]",
		"parallel_1/branch_2":            "[1 12]",
		"parallel_1/branch_2/residual_1": "[1 12]",
		"parallel_1/branch_3":            "[1 1000]",
	}
	params := map[string]int{}
	for _, p := range nn.Named(m) {
		if p.Grad != nil {
			params[p.Name[:strings.LastIndexByte(p.Name, '.')]] += p.Value.Len()
		}
	}
	shapes := 0
	for _, r := range s {
		if want[r.Site] != "" {
			shapes++
		}
		if shape := fmt.Sprint(r.Out); want[r.Site] != "" && shape != want[r.Site] {
			t.Errorf("%s: shape %s, want %s", r.Site, shape, want[r.Site])
		}
		if r.Params != params[r.Module] {
			t.Errorf("%s (%s): %d parameters, Named has %d", r.Site, r.Module, r.Params, params[r.Module])
		}
		delete(params, r.Module)
	}
	if shapes < len(want) {
		t.Errorf("%d rows with a known shape, want %d: %v", shapes, len(want), s)
	}
	if len(params) != 0 {
		t.Errorf("modules of Named without a row: %v", params)
	}
	for line := range strings.Lines(s.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
}

// Shapes that don't fit are an answer here and no panic.
func TestSummarizeWrongShapes(t *testing.T) {
	m := nn.NewSequential(nn.NewDense(3, 4), nn.NewDense(5, 2))
	for _, in := range [][]int{{3}, {7}, {0}, {1, 2, 3, 4, 5}} {
		if s, err := nn.Summarize(m, in...); err == nil {
			t.Errorf("input %v: no error but %v", in, s)
		}
	}
	if _, err := nn.Summarize(m, 3); err == nil || !strings.Contains(err.Error(), `"dense_2"`) {
		t.Errorf("error %v, want it to name dense_2", err)
	}
}
