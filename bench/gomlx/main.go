// Command gomlx is gomlx's side of the bench: its pure-Go backend, trained by
// its own train.Trainer. The protocol is that of ../protocol.go.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Request and Workload have the fields of ../protocol.go and ../workload.go
// that matter here.
type Request struct {
	Op       string
	Workload Workload
	Seconds  float64
	Steps    int
}

type Workload struct {
	Kind       string
	Sizes      []int
	Activation string
	Optimizer  string
	LR         float64
	Loss       string
	Batch      int
	Batches    int
	Rows       int
}

type Response struct {
	Error   string    `json:"error,omitempty"`
	Version string    `json:"version,omitempty"`
	Configs []string  `json:"configs,omitempty"`
	Samples []float64 `json:"samples,omitempty"`
	Losses  []float64 `json:"losses,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
}

func main() {
	signal.Ignore(os.Interrupt) // the one who started it ends it
	out := os.Stdout
	os.Stdout = os.Stderr // the library prints
	var step func()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var q Request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		r := answer(q, &step)
		text, err := json.Marshal(r)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Fprintf(out, "%s\n", text)
	}
}

func answer(q Request, step *func()) (r Response) {
	defer func() {
		if p := recover(); p != nil {
			text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			r = Response{Error: text}
		}
	}()
	switch q.Op {
	case "hello":
		return Response{Version: version(), Configs: []string{""}}
	case "prepare":
		*step = prepare(q.Workload)
		(*step)()
	case "run":
		return Response{Samples: measure(q.Seconds, *step)}
	case "losses":
		return Response{Losses: lossesOf(q.Workload, q.Steps)}
	case "drop":
		*step = nil
		debug.FreeOSMemory()
	case "peak_rss":
		return Response{Bytes: peakRSS()}
	default:
		return Response{Error: "unknown operation " + q.Op}
	}
	return Response{}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, d := range info.Deps {
		if d.Path == "github.com/gomlx/gomlx" {
			return d.Version + ", backend go"
		}
	}
	return "backend go"
}

// measure is that of ../timing.go, short: no step of this side is shorter than
// the clock is precise.
func measure(seconds float64, step func()) []float64 {
	step()
	var samples []float64
	for began := time.Now(); len(samples) == 0 || time.Since(began).Seconds() < seconds; {
		start := time.Now()
		step()
		samples = append(samples, time.Since(start).Seconds()*1e6)
	}
	slices.Sort(samples)
	if n := len(samples); n > 256 {
		kept := make([]float64, 256)
		for i := range kept {
			kept[i] = samples[i*(n-1)/255]
		}
		samples = kept
	}
	return samples
}

func peakRSS() int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
