package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// A peer is a process that reads one Request a line from its standard input and
// answers each with one Response a line on its standard output. It ends with
// its input, so none outlives the one who started it.

// Request is what a peer is asked.
type Request struct {
	Op       string    `json:"op"`
	Workload *Workload `json:"workload,omitempty"`
	Config   string    `json:"config,omitempty"`
	Seconds  float64   `json:"seconds,omitempty"`
	Steps    int       `json:"steps,omitempty"`
}

// The operations. Several configurations can be prepared at a time, for one
// workload each; drop forgets them all.
const (
	opHello   = "hello"    // Version and Configs
	opPrepare = "prepare"  // build and warm up Workload in Config
	opRun     = "run"      // time Config for Seconds: Samples
	opLosses  = "losses"   // the loss before each of the first Steps steps of a new model: Losses
	opDrop    = "drop"     // forget what was prepared
	opPeakRSS = "peak_rss" // Bytes
)

// Response is a peer's answer; a failure has only Error.
type Response struct {
	Error   string    `json:"error,omitempty"`
	Version string    `json:"version,omitempty"`
	Configs []string  `json:"configs,omitempty"`
	Samples []float64 `json:"samples,omitempty"` // microseconds a step, sorted
	Losses  []float64 `json:"losses,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
}

// serve answers requests until the input ends.
func serve(in io.Reader, out io.Writer, answer func(Request) (Response, error)) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var q Request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fmt.Errorf("reading a request: %w", err)
		}
		r, err := protect(q, answer)
		if err != nil {
			r = Response{Error: err.Error()}
		}
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return lines.Err()
}

// protect makes an error of a panic: one bad workload must not end the peer.
func protect(q Request, answer func(Request) (Response, error)) (r Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return answer(q)
}
