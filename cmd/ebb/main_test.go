package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/modelfile"
)

// asCommand makes the test binary the command itself, for the tests that need a
// process of their own: to be killed, or to run with other settings.
const asCommand = "EBB_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process returns the command as a process that is not started yet.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), asCommand+"=1")
	return c
}

// answer of one call.
type call struct {
	code        int
	out, stderr string
}

func ebb(t *testing.T, args ...string) call {
	t.Helper()
	return ebbContext(t, context.Background(), args...)
}

func ebbContext(t *testing.T, ctx context.Context, args ...string) call {
	t.Helper()
	var out, stderr bytes.Buffer
	code := run(ctx, args, &out, &stderr)
	return call{code, out.String(), stderr.String()}
}

// must is ebb for a call that is to succeed; it returns standard output.
func must(t *testing.T, args ...string) string {
	t.Helper()
	c := ebb(t, args...)
	if c.code != exitDone {
		t.Fatalf("ebb %s: exit code %d\n%s", strings.Join(args, " "), c.code, c.stderr)
	}
	return c.out
}

// mustJSON is must for a --json call: standard output has to be one JSON
// document and nothing else.
func mustJSON(t *testing.T, into any, args ...string) {
	t.Helper()
	decodeOne(t, must(t, append(args, "--json")...), into)
}

func decodeOne(t *testing.T, out string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	if err := d.Decode(into); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, out)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more than one JSON document:\n%s", out)
	}
}

// refused checks the ways a call that cannot be done must end: the exit code,
// nothing on standard output, one line on standard error with all of wants.
func refused(t *testing.T, code int, args []string, wants ...string) {
	t.Helper()
	c := ebb(t, args...)
	if c.code != code {
		t.Errorf("ebb %s: exit code %d, want %d", strings.Join(args, " "), c.code, code)
	}
	if c.out != "" {
		t.Errorf("ebb %s wrote to standard output: %q", strings.Join(args, " "), c.out)
	}
	if !strings.HasPrefix(c.stderr, "ebb: ") || strings.Count(c.stderr, "\n") != 1 || !strings.HasSuffix(c.stderr, "\n") {
		t.Errorf("ebb %s: expected one line from ebb, got %q", strings.Join(args, " "), c.stderr)
	}
	for _, w := range wants {
		if !strings.Contains(c.stderr, w) {
			t.Errorf("ebb %s: the message lacks %q:\n%s", strings.Join(args, " "), w, c.stderr)
		}
	}
	t.Logf("%s", c.stderr)
}

// write makes a file of the test's directory.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// narrow checks that no line is wider than 80 columns.
func narrow(t *testing.T, what, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		// The place of a test's run directory is as long as it is.
		if n := utf8.RuneCountInString(line); n > 80 && !strings.Contains(line, os.TempDir()) {
			t.Errorf("%s: a line of %d columns:\n%s", what, n, line)
		}
	}
}

// tree lists the files below dir with their contents.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			files[path] = "directory"
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// unchanged fails if dir is not as before.
func unchanged(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	after := tree(t, dir)
	for path, text := range after {
		if old, ok := before[path]; !ok {
			t.Errorf("%s was created", path)
		} else if old != text {
			t.Errorf("%s was changed", path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			t.Errorf("%s was lost", path)
		}
	}
}

// sameWeights compares two checkpoints bit for bit, tensors of the optimizer
// included.
func sameWeights(t *testing.T, a, b string) {
	t.Helper()
	x, err := modelfile.Read(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := modelfile.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Tensors) == 0 || len(x.Tensors) != len(y.Tensors) {
		t.Fatalf("%s has %d tensors, %s %d", a, len(x.Tensors), b, len(y.Tensors))
	}
	for i, v := range x.Tensors {
		if w := y.Tensors[i]; v.Name != w.Name || !bytes.Equal(v.Data, w.Data) {
			t.Errorf("%s and %s differ in %s", a, b, v.Name)
		}
	}
}

// checkEvents checks that events.jsonl is JSON line by line, and that no step
// or epoch is told twice or out of order. It returns the events.
func checkEvents(t *testing.T, dir string) (events []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(b, []byte("\n")) {
		t.Errorf("%s: the last line is not whole", dir)
	}
	last := map[string]float64{}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var e map[string]any
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: line %d: %v", dir, n, err)
		}
		events = append(events, e)
		kind, step := e["type"].(string), e["step"].(float64)
		switch kind {
		case "step", "epoch":
			if step <= last[kind] {
				t.Errorf("%s: line %d: %s event of step %g after that of step %g", dir, n, kind, step, last[kind])
			}
			last[kind] = step
		}
	}
	if last["step"] == 0 || last["epoch"] == 0 {
		t.Errorf("%s: no steps or epochs in events.jsonl", dir)
	}
	return events
}
