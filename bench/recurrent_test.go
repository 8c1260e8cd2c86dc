package main

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestRecurrentFlops(t *testing.T) {
	cases := recurrentCases()
	for i, want := range []float64{
		2 * 100 * 64 * (32 + 128) * 4 * 128 * 3,
		2 * 100 * 64 * (32 + 128) * 3 * 128 * 3,
		2 * 100 * 64 * (32 + 128) * 1 * 128 * 3,
		2 * 10 * 64 * (32 + 128) * 4 * 128 * 3,
		2 * 1000 * 64 * (32 + 128) * 4 * 128 * 3,
		2 * 100 * 64 * 2 * ((32 + 128) + (256 + 128)) * 4 * 128 * 3,
	} {
		if w := cases[i].Workload; w.Flops() != want {
			t.Errorf("%s: got %g, expected %g", w.Name, w.Flops(), want)
		}
	}
}

// Every cell trains: the shapes fit, and the loss of the one batch that comes
// again goes down.
func TestEbbTrainsRecurrentLayers(t *testing.T) {
	for _, c := range recurrentCases() {
		w := c.Workload
		w.Length, w.Batch, w.Batches = 3, 4, 1
		line, err := json.Marshal(Request{Op: opLosses, Workload: &w, Steps: 8})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := serve(bytes.NewReader(line), &out, (ebbPeer{}).answer); err != nil {
			t.Fatal(err)
		}
		var r Response
		if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Error != "" {
			t.Fatalf("%s: %v in %s", w.Name, err, out.String())
		}
		if n := len(r.Losses); n != 8 || !(r.Losses[7] < r.Losses[0]) || math.IsInf(r.Losses[0], 0) {
			t.Errorf("%s: losses %v", w.Name, r.Losses)
		}
	}
}

// The batches are one stream of numbers, cut in pieces.
func TestSequences(t *testing.T) {
	w := recurrentCases()[0].Workload
	w.Length, w.Batch, w.Batches, w.Sizes = 2, 3, 2, []int{4, 5, 1}
	b := ebbSequences(w)
	if len(b) != 2 {
		t.Fatalf("got %d batches", len(b))
	}
	if x, y := b[1].x, b[1].y; !slices.Equal(x.Shape(), []int{2, 3, 4}) || !slices.Equal(y.Shape(), []int{3, 1}) {
		t.Errorf("got inputs of %s, targets of %s", x.ShapeString(), y.ShapeString())
	}
	if got, want := float64(b[1].x.Data[1]), unit(streamInputs, 25); got != want {
		t.Errorf("input: got %g, expected %g", got, want)
	}
	if got, want := float64(b[1].y.Data[2]), unit(streamTargets, 5); got != want {
		t.Errorf("target: got %g, expected %g", got, want)
	}
}

func TestReportOfRecurrentLayers(t *testing.T) {
	small := 3e-6
	lstm := recurrentCases()[0]
	r := &Results{Peak: map[int]float64{1: 100}, Sections: []SectionResult{{ID: "recurrent", Title: "Recurrent layers", Cases: []CaseResult{{
		Workload: lstm.Workload, Threads: 1, Floor: lstm.Floor, Goal: lstm.Goal,
		Sides: []Side{
			{Peer: peerEbb, Tenth: 62914.56, Median: 70000},
			{Peer: peerTorch, Config: "fused", Tenth: 125829.12, Median: 140000, RatioTenth: 2, RatioMedian: 2, LossGap: &small},
		},
	}}}}}
	var b bytes.Buffer
	writeReport(&b, r, "")
	for _, want := range []string{"| LSTM, 100 steps | 1 | 62.9 ms |", "| 50.0 | 50 % |", "| 1.70× ✓ | 2.20× ✗ |", "3e-06 ✓"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
	if p := picturePanels(r); len(p) != 1 || p[0].groups[0].floor != 1.7 {
		t.Errorf("the picture has %+v", p)
	}
}
