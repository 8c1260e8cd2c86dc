package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// program is a whole program that trains ten epochs of Fashion-MNIST.
type program struct {
	peer, config string
	args         func(out string) []string // out is a folder of its own
	accuracy     func(printed string) (float64, error)
}

// processes runs whole programs from their start to the saved model.
func (r *Runner) processes(ctx context.Context) {
	switch {
	case r.Quick || !r.wanted("processes") || ctx.Err() != nil:
		return
	case r.Fashion == "":
		r.results.Skipped["whole programs"] = "-fashion names no folder with Fashion-MNIST"
		return
	}
	programs := r.programs(ctx)
	for _, n := range r.Threads {
		results := make([]ProcessResult, len(programs))
		for i, p := range programs {
			results[i] = ProcessResult{Peer: p.peer, Config: p.config, Threads: n}
		}
		for range max(1, r.Rounds/5) {
			for i, p := range programs {
				r.gates[n].wait(ctx)
				if ctx.Err() != nil {
					return
				}
				if results[i].Error != "" || beaten(results, i) {
					continue
				}
				if err := r.program(ctx, p, n, &results[i]); err != nil {
					results[i].Error = err.Error()
				}
				r.say("whole program %s, %s: %v", named(p.peer, p.config), threads(n), outcome(results[i]))
			}
		}
		r.results.Processes = append(r.results.Processes, results...)
	}
}

// beaten tells that another configuration of the same peer was so much faster in
// the first round that this one need not run again.
func beaten(results []ProcessResult, i int) bool {
	for _, other := range results {
		if other.Peer == results[i].Peer && len(other.Seconds) > 0 && len(results[i].Seconds) > 0 &&
			results[i].Seconds[0] > 1.2*other.Seconds[0] {
			return true
		}
	}
	return false
}

func outcome(p ProcessResult) string {
	if p.Error != "" {
		return p.Error
	}
	return fmt.Sprintf("%.1f s, accuracy %.4f, peak %s", p.Seconds[len(p.Seconds)-1], p.Accuracy, size(p.PeakRSS))
}

// programs returns what can be run here; what can't is in Missing.
func (r *Runner) programs(ctx context.Context) []program {
	var list []program
	if ebb, spec, err := r.ebbProgram(ctx); err != nil {
		r.results.Skipped["Ebb as a whole program"] = err.Error()
	} else {
		list = append(list, program{peerEbb, "", func(out string) []string {
			return []string{ebb, "train", spec, "--out", filepath.Join(out, "run")}
		}, ebbAccuracy})
	}
	for _, p := range []struct{ peer, environment, script, config string }{
		{peerTorch, "torch", "process_torch.py", "eager"},
		{peerTorch, "torch", "process_torch.py", "fused"},
		{"Keras", "keras", "process_keras.py", "tensorflow"},
		{"Keras", "keras", "process_keras.py", "jax"},
	} {
		python, err := r.setup.python(ctx, p.environment)
		if err != nil {
			r.results.Skipped[p.peer+" as a whole program"] = err.Error()
			continue
		}
		script := filepath.Join(r.setup.Dir, "peers", p.script)
		list = append(list, program{p.peer, p.config, func(out string) []string {
			return []string{python, script, r.Fashion, out, p.config}
		}, lastNumber})
	}
	return list
}

// program runs p once.
func (r *Runner) program(ctx context.Context, p program, threads int, result *ProcessResult) error {
	out, err := os.MkdirTemp(r.setup.Dir, "program-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	args := p.args(out)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	var printed, problems bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), threadEnv(threads)...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &printed, &problems, 2*time.Second
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	peak := watchPeak(cmd.Process.Pid)
	err = cmd.Wait()
	took := time.Since(began).Seconds()
	result.PeakRSS = max(result.PeakRSS, peak())
	if err != nil {
		return fmt.Errorf("%w: %s", err, lastLine(problems.Bytes()))
	}
	if result.Accuracy, err = p.accuracy(printed.String()); err != nil {
		return err
	}
	result.Seconds = append(result.Seconds, took)
	return nil
}

// watchPeak follows a process's peak of memory; the function that it returns
// ends that and tells it, 0 when the system doesn't.
func watchPeak(pid int) func() int64 {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		for {
			if n, err := peakRSS(strconv.Itoa(pid)); err == nil {
				peak = max(peak, n)
			}
			select {
			case <-stop:
				done <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(stop); return <-done }
}

// ebbProgram builds the command as it is released and writes the example's spec
// with the data's folder in it.
func (r *Runner) ebbProgram(ctx context.Context) (ebb, spec string, err error) {
	if ebb, err = r.ebbBinary(ctx); err != nil {
		return "", "", err
	}
	text, err := os.ReadFile(filepath.Join(r.setup.Source, "examples", "fashion-mnist", "net.yaml"))
	if err != nil {
		return "", "", err
	}
	folder, err := filepath.Abs(r.Fashion)
	if err != nil {
		return "", "", err
	}
	const source = "source: fashion-mnist,"
	if !bytes.Contains(text, []byte(source)) {
		return "", "", errors.New("the example's spec has no line " + source)
	}
	spec = filepath.Join(r.setup.Dir, "net.yaml")
	text = bytes.Replace(text, []byte(source), []byte("source: "+strconv.Quote(folder)+","), 1)
	return ebb, spec, os.WriteFile(spec, text, 0o644)
}

var validationLine = regexp.MustCompile(`(?m)^validation\s+\S+\s+([\d.]+) %`)

// ebbAccuracy finds the accuracy of the test set in what ebb train prints.
func ebbAccuracy(printed string) (float64, error) {
	m := validationLine.FindStringSubmatch(printed)
	if m == nil {
		return 0, errors.New("ebb printed no validation accuracy")
	}
	v, err := strconv.ParseFloat(m[1], 64)
	return v / 100, err
}

func lastNumber(printed string) (float64, error) {
	return strconv.ParseFloat(strings.TrimSpace(lastLine([]byte(printed))), 64)
}
