package experiment

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/train"
)

const short = "data: {source: penguins}\nmodel: [{dense: {units: 3}}]\ntrain: {epochs: 2}\n"

// While a run goes on, no other can begin or resume in its directory.
func TestOneRunInADirectory(t *testing.T) {
	dir, tried := filepath.Join(t.TempDir(), "run"), false
	if runtime.GOOS == "windows" {
		t.Skip("no locks here")
	}
	opt := RunOptions{OnEpoch: func(train.Epoch) {
		if tried {
			return
		}
		tried = true
		_, _, resumed := Resume(t.Context(), dir, 0, RunOptions{})
		_, begun := build(t, parse(t, short)).Run(t.Context(), RunOptions{Dir: dir})
		for _, err := range []error{resumed, begun} {
			var in InputError
			if !errors.As(err, &in) || !strings.Contains(err.Error(), "another process is training") {
				t.Errorf("a second run: %v", err)
			}
		}
	}}
	trainIn(t, dir, short, opt)
	if !tried {
		t.Fatal("no epoch")
	}
	if _, _, err := Resume(t.Context(), dir, 3, RunOptions{}); err != nil {
		t.Errorf("after the run: %v", err)
	}
}

// Files that a run would write over are not lost.
func TestRunKeepsOtherFiles(t *testing.T) {
	dir := t.TempDir()
	picture := filepath.Join(dir, pictureFile)
	if err := os.WriteFile(picture, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := build(t, parse(t, short)).Run(t.Context(), RunOptions{Dir: dir}); err == nil {
		t.Error("a run wrote over a picture")
	}

	run, other := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "other")
	trainIn(t, run, short, RunOptions{})
	if err := os.WriteFile(other, make([]byte, 1<<20), 0o666); err != nil {
		t.Fatal(err)
	}
	events := filepath.Join(run, eventsFile)
	if err := errors.Join(os.Remove(events), os.Symlink(other, events)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Resume(t.Context(), run, 3, RunOptions{}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a log that is a link: %v", err)
	}
	if info, err := os.Stat(other); err != nil || info.Size() != 1<<20 {
		t.Errorf("the file behind the link: %v", err)
	}
}

// What run.json says is checked, and the file of --init is found from any
// directory.
func TestRunInfo(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	trainIn(t, run, short, RunOptions{})
	info, err := readRunInfo(run)
	if err != nil {
		t.Fatal(err)
	}
	for _, epochs := range []int{-1, 0, MaxEpochs + 1} {
		bad := info
		bad.Epochs = epochs
		if err := writeRunInfo(run, bad); err != nil {
			t.Fatal(err)
		}
		if _, err := readRunInfo(run); err == nil || !strings.Contains(err.Error(), "run.json: epochs") {
			t.Errorf("%d epochs: %v", epochs, err)
		}
	}
	t.Chdir(run)
	second := filepath.Join(dir, "second")
	trainIn(t, second, short, RunOptions{Init: bestFile})
	if info, err := readRunInfo(second); err != nil || !filepath.IsAbs(info.Init) {
		t.Errorf("init %q, %v", info.Init, err)
	}
}

// A change in the held-out rows alone is seen too: early stopping follows them.
func TestHeldOutRowsAreInTheFingerprint(t *testing.T) {
	e := build(t, parse(t, short))
	before := fingerprint(e.parts())
	e.Validation.X.Data[0]++
	if fingerprint(e.parts()) == before {
		t.Error("a held-out row changed and the fingerprint did not")
	}
}
