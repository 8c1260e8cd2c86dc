package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// disk mounts a small disk of its own, which only root may do.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("needs the right to mount a small tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves no byte free on a disk.
func fill(t *testing.T, dir string) (filler string) {
	t.Helper()
	filler = filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for b := make([]byte, 4096); err == nil; {
		_, err = f.Write(b)
	}
	return filler
}

const penguins = `data: {source: penguins, validation: 0.2}
model:
  - dense: {units: 24, activation: relu}
  - dense: {units: 3}
train: {epochs: 4, batch: 16}
`

// A full disk ends a run with exit code 1 and one line that names the file.
// What was there before stays whole, and with room again the run goes on to the
// same bits.
func TestFullDisk(t *testing.T) {
	dir := disk(t, "400k")
	here := t.TempDir()
	spec := write(t, here, "net.yaml", penguins)
	out := filepath.Join(dir, "run")
	must(t, "train", spec, "--out", out)
	must(t, "export", out, "-o", filepath.Join(dir, "model.safetensors"))
	filler := fill(t, dir)
	before := tree(t, dir)

	refused(t, exitFailed, []string{"train", "--resume", out, "--epochs", "9"}, out+"/run.json", "no space left")
	refused(t, exitFailed, []string{"export", out, "-o", filepath.Join(dir, "model.safetensors")}, "model.safetensors", "no space left")
	refused(t, exitFailed, []string{"train", spec, "--out", filepath.Join(dir, "second")}, "second", "no space left")
	checkTensors := func() {
		t.Helper()
		for _, name := range []string{"run/checkpoint-last.safetensors", "run/checkpoint-best.safetensors", "run/run.json", "model.safetensors"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || string(b) != before[filepath.Join(dir, name)] {
				t.Errorf("%s is not as it was: %v", name, err)
			}
		}
	}
	checkTensors()

	// The same, when the disk fills up while the run goes on.
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	must(t, "train", "--resume", out, "--epochs", "5")
	before = tree(t, dir)
	room := filepath.Join(dir, "room") // run.json and some events find room, a checkpoint does not
	if err := os.WriteFile(room, make([]byte, 8<<10), 0o666); err != nil {
		t.Fatal(err)
	}
	filler = fill(t, dir)
	_ = os.Remove(room)
	c := ebb(t, "train", "--resume", out, "--epochs", "9")
	if c.code != exitFailed || strings.Count(c.stderr, "\n") != 1 || !strings.Contains(c.stderr, out) || !strings.Contains(c.stderr, "no space left") || c.out != "" {
		t.Errorf("exit code %d, %q, %q", c.code, c.out, c.stderr)
	}
	delete(before, filepath.Join(out, "run.json")) // it says 9 epochs now
	for path, text := range before {
		if strings.Contains(path, "checkpoint") {
			if b, err := os.ReadFile(path); err != nil || string(b) != text {
				t.Errorf("%s is not as it was: %v", path, err)
			}
		}
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	must(t, "train", "--resume", out)
	whole := filepath.Join(here, "whole")
	must(t, "train", spec, "--out", whole, "--epochs", "9")
	sameWeights(t, filepath.Join(whole, "checkpoint-last.safetensors"), filepath.Join(out, "checkpoint-last.safetensors"))
	checkEvents(t, out)
}

// However little room a disk has, a run on it either succeeds or ends with exit
// code 1 and one line, and leaves no temporary file.
func TestSmallDisks(t *testing.T) {
	here := t.TempDir()
	spec := write(t, here, "net.yaml", penguins)
	for size := 4; size <= 80; size += 4 {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			out := filepath.Join(disk(t, fmt.Sprint(size, "k")), "run")
			c := ebb(t, "train", spec, "--out", out, "--epochs", "12")
			t.Logf("%d %s", c.code, c.stderr)
			if c.code == exitDone {
				events := checkEvents(t, out)
				if last := events[len(events)-1]; last["type"] != "end" {
					t.Errorf("succeeded, but the last event is %v", last)
				}
			} else if c.code != exitFailed || strings.Count(c.stderr, "\n") != 1 || !strings.Contains(c.stderr, out) || c.out != "" {
				t.Errorf("exit code %d, %q, %q", c.code, c.out, c.stderr)
			}
			for path := range tree(t, filepath.Dir(out)) {
				if strings.HasSuffix(path, ".tmp") {
					t.Errorf("%s was left behind", path)
				}
			}
		})
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := disk(t, "400k")
	here := t.TempDir()
	spec := write(t, here, "net.yaml", penguins)
	out := filepath.Join(dir, "run")
	must(t, "train", spec, "--out", out)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	refused(t, exitFailed, []string{"train", spec, "--out", filepath.Join(dir, "second")}, "second", "read-only")
	refused(t, exitFailed, []string{"train", "--resume", out}, out, "read-only")
	refused(t, exitFailed, []string{"export", out, "-o", filepath.Join(dir, "m.safetensors")}, "m.safetensors", "read-only")
	must(t, "predict", out, write(t, here, "rows.csv", strings.Join([]string{
		"island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex", "Biscoe,46,15,215,5000,MALE"}, "\n")))
	unchanged(t, dir, before)
}

// An answer that could not be written is no success.
func TestStandardOutputFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	spec := write(t, t.TempDir(), "net.yaml", penguins)
	for _, args := range [][]string{{"data", "list"}, {"schema"}, {"describe", spec}, {"describe", spec, "--json"}, {"--help"}} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, full, &stderr); code != exitFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr.String())
		}
	}
}
