//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// everything is a spec with all that has a state: an optimizer with moments,
// running statistics, masks, a schedule that follows the loss, early stopping.
const everything = `data: {source: digits, validation: 0.2}
model:
  - dense: {units: 48}
    repeat: 1
  - batch_norm: {}
  - activation: relu
  - dropout: 0.3
  - dense: {units: 48, activation: tanh}
    repeat: 3
  - dense: {units: 10}
loss: cross_entropy
optimizer: {name: adam, lr: 0.003}
train: {epochs: 40, batch: 16, seed: 7, clip_norm: 1, schedule: {name: plateau, patience: 1, factor: 0.5, warm_up: 30}, early_stopping: {patience: 30}}
`

// A run killed at random moments and resumed until it is done has the same bits
// in every weight as one that never stopped.
func TestKilledAndResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the command a dozen times")
	}
	dir := t.TempDir()
	spec := write(t, dir, "net.yaml", everything)
	whole, pieces := filepath.Join(dir, "whole"), filepath.Join(dir, "pieces")
	var want, got struct{ Steps, Epochs int }
	began := time.Now()
	out, err := process(t, "train", spec, "--out", whole, "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	decodeOne(t, string(out), &want)

	args := []string{"train", spec, "--out", pieces, "--json"}
	kills := 0
	for kills < 8 {
		var out, stderr bytes.Buffer
		c := process(t, args...)
		c.Stdout, c.Stderr = &out, &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		wait := time.AfterFunc(took/20+time.Duration(rand.Int64N(int64(took/3))), func() { _ = c.Process.Kill() })
		err := c.Wait()
		wait.Stop()
		if _, statErr := os.Stat(filepath.Join(pieces, "run.json")); statErr == nil {
			args = []string{"train", "--resume", pieces, "--json"}
		}
		if err == nil {
			break // done before the kill
		}
		if c.ProcessState.ExitCode() != -1 {
			t.Fatalf("failed by itself after %d kills: %v\n%s", kills, err, stderr.String())
		}
		kills++
	}
	decodeOne(t, must(t, append(args[:2:2], args[2:]...)...), &got)
	t.Logf("killed %d times; %d epochs, %d steps", kills, got.Epochs, got.Steps)
	if got != want {
		t.Errorf("resumed run made %+v, the whole one %+v", got, want)
	}
	for _, name := range []string{"checkpoint-last.safetensors", "checkpoint-best.safetensors"} {
		sameWeights(t, filepath.Join(whole, name), filepath.Join(pieces, name))
	}
	checkEvents(t, whole)
	events := checkEvents(t, pieces)
	if last := events[len(events)-1]; last["type"] != "end" {
		t.Errorf("the last event is %v, expected the end", last)
	}
}

// Ctrl-C ends a run with a checkpoint and exit code 0, and the run goes on to
// the same bits.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, dir, "net.yaml", everything)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			out := filepath.Join(dir, strings.ReplaceAll(sig.String(), " ", "-"))
			c := process(t, "train", spec, "--out", out, "--epochs", "100000")
			var stdout, stderr bytes.Buffer
			c.Stdout, c.Stderr = &stdout, &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, filepath.Join(out, "checkpoint-last.safetensors"))
			if err := c.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			if s := stdout.String(); !strings.Contains(s, "interrupted") || !strings.Contains(s, "--resume "+out) {
				t.Errorf("the report does not tell how to go on:\n%s", s)
			}
			narrow(t, "interrupted", stdout.String())
			events := checkEvents(t, out)
			if last := events[len(events)-1]; last["type"] != "end" || last["reason"] != "interrupted" {
				t.Errorf("last event: %v", last)
			}
			var r struct{ Epochs int }
			mustJSON(t, &r, "train", "--resume", out, "--epochs", "12")
			whole := filepath.Join(dir, "whole-"+fmt.Sprint(sig == os.Interrupt))
			must(t, "train", spec, "--out", whole, "--epochs", fmt.Sprint(r.Epochs))
			sameWeights(t, filepath.Join(whole, "checkpoint-last.safetensors"), filepath.Join(out, "checkpoint-last.safetensors"))
			checkEvents(t, out)
		})
	}
}

// Ctrl-C in the first act of the built-in example ends the example.
func TestExampleInterrupted(t *testing.T) {
	dir := t.TempDir()
	c := process(t, "train", "--epochs", "100000", "--out", dir, "--json")
	var stdout bytes.Buffer
	c.Stdout = &stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(dir, "act-1", "checkpoint-last.safetensors"))
	_ = c.Process.Signal(os.Interrupt)
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	var r struct{ Interrupted bool }
	decodeOne(t, stdout.String(), &r)
	if !r.Interrupted {
		t.Errorf("not told as interrupted: %s", stdout.String())
	}
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for range 2000 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s did not appear", path)
}

// The number of threads changes no bit of any weight, and neither does a second
// run.
func TestThreadsAndRuns(t *testing.T) {
	dir := t.TempDir()
	// Wide enough for the products to be shared out among threads.
	spec := write(t, dir, "net.yaml", strings.NewReplacer("units: 48", "units: 160", "epochs: 40", "epochs: 1", "batch: 16", "batch: 128").Replace(everything))
	first := ""
	for i, threads := range []int{1, 2, 4, 2} {
		out := filepath.Join(dir, fmt.Sprint(i))
		c := process(t, "train", spec, "--out", out)
		c.Env = append(c.Env, fmt.Sprintf("GOMAXPROCS=%d", threads))
		if b, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		file := filepath.Join(out, "checkpoint-last.safetensors")
		if first == "" {
			first = file
		}
		sameWeights(t, first, file)
	}
}
