package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// someResults has one case of each kind.
func someResults() *Results {
	small := 2e-7
	steps := stepCases("")[0]
	return &Results{
		Date: "a day", Versions: map[string]string{peerTorch: "2.0"}, Missing: map[string]string{peerGomlx: "no compiler <here>"},
		Peak: map[int]float64{1: 100},
		Sections: []SectionResult{
			{ID: "steps", Title: "Training steps", Cases: []CaseResult{{
				Workload: steps.Workload, Threads: 1, Floor: 2, Goal: 2.3, Steadiness: Steadiness{Rounds: 10, Discarded: 1},
				Sides: []Side{
					{Peer: peerEbb, Tenth: 1000, Median: 1100},
					{Peer: peerTorch, Config: "eager", Tenth: 2500, Median: 2600, RatioTenth: 2.5, RatioMedian: 2.4},
					{Peer: peerTorch, Config: "fused", Tenth: 2100, Median: 2200, RatioTenth: 2.1, RatioMedian: 2.0, LossGap: &small,
						Tried: []Tried{{Config: "eager", Tenth: 2500}, {Config: "compile", Error: "no C++ compiler"}}},
					{Peer: peerGomlx, Error: "no compiler <here>"},
				},
			}}},
			{ID: "gemm", Title: "Bare products", Cases: []CaseResult{{
				Workload: gemmCases()[7].Workload, Threads: 1,
				Sides: []Side{{Peer: peerEbb, Tenth: 21474.83648}, {Peer: peerOpenBLAS, Tenth: 20000, RatioTenth: 0.93}},
			}}},
		},
		Processes: []ProcessResult{{Peer: peerEbb, Threads: 1, Seconds: []float64{7}}, {Peer: "Keras", Config: "jax", Threads: 1, Seconds: []float64{17.5}}},
	}
}

func TestReport(t *testing.T) {
	var b bytes.Buffer
	writeReport(&b, someResults(), "results.svg")
	for _, want := range []string{
		"| 1.00 ms | 1.10 ms | 64.5 | 64 % | 2.10 ms | 2.20 ms | fused | 2.10× | 2.00× | 2.00× ✓ | 2.30× ✗ |",
		"| mlp-64 | 1 | 2.50 ms | – | – | failed |",
		"2e-07 ✓",
		"| 1024×1024×1024 NN | 1 | 100 | 100 % | 21.5 ms | 107 | 0.93× | – | – |",
		"| Keras jax | 1 | 17.5 | 2.50× |",
		"10 rounds counted, 1 discarded",
		"- gomlx is missing: no compiler <here>.",
		"- PyTorch compile, mlp-64, 1 thread: no C++ compiler.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	var b bytes.Buffer
	writeReport(&b, &Results{Partial: true}, "")
	if !strings.Contains(b.String(), "Stopped before the end") {
		t.Error(b.String())
	}
	drawPicture(io.Discard, &Results{})
}

func TestPictureIsXML(t *testing.T) {
	var b bytes.Buffer
	drawPicture(&b, someResults())
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
	}
	for _, want := range []string{"2.10×", "0.93×", "2.50×", `class="floor"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

// What was stopped does not overwrite a whole run.
func TestPartialResultsHaveFilesOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	o := Options{Out: filepath.Join(dir, "RESULTS.md")}
	quiet := func(string, ...any) {}
	r := someResults()
	if err := save(o, r, io.Discard, quiet); err != nil {
		t.Fatal(err)
	}
	r.Partial = true
	if err := save(o, r, io.Discard, quiet); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RESULTS.md", "results.svg", "results.json", "RESULTS.partial.md", "results.partial.svg", "results.partial.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	whole, _ := os.ReadFile(o.Out)
	if bytes.Contains(whole, []byte("Stopped")) {
		t.Error("the whole run's report was overwritten")
	}
}

func TestFlops(t *testing.T) {
	w := mlp("mlp", 64)
	forward := 2 * 64.0 * (784*256 + 256*128 + 128*10)
	if want := 3*forward - 2*64*784*256; w.Flops() != want {
		t.Errorf("training: got %g, expected %g", w.Flops(), want)
	}
	w.Kind = kindInfer
	if w.Flops() != forward {
		t.Errorf("inference: got %g, expected %g", w.Flops(), forward)
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-threads", "1", "-quick"}, io.Discard)
	if err != nil || o.Out != "" || o.Rounds != 3 || len(o.Threads) != 1 {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, bad := range [][]string{{"-threads", "0"}, {"-only", "("}, {"more"}} {
		if _, err := parse(bad, io.Discard); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{0.5: "0.50", 9.99: "9.99", 9.996: "10.0", 99.94: "99.9", 99.96: "100", 12345: "12345"} {
		if got := digits(v); got != want {
			t.Errorf("digits(%g) = %s, expected %s", v, got, want)
		}
	}
}
