package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a person most likely meant stands in the message.
func TestHints(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "table.csv")
	spec := filepath.Join(dir, "net.yaml")
	for path, text := range map[string]string{
		table: "a,b\n" + strings.Repeat("1,2\n3,5\n4,1\n", 10),
		spec:  "data: {source: digit}\nmodel: [{dense: {units: 10}}]\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := filepath.Join(dir, "run")
	must(t, "train", table, "--target", "b", "--epochs", "3", "--out", run)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"train", run}, "is a run directory: go on with it by --resume " + run},
		{[]string{"train", table}, "give it as --target COLUMN"},
		{[]string{"train", "--resume", run, "--epochs", "2"}, "has completed 3 epochs: expected at least that many in all, got 2"},
		{[]string{"train", spec}, `did you mean the built-in set "digits"?`},
	} {
		if got := ebb(t, c.args...); got.code != exitUsage || !strings.Contains(got.stderr, c.want) || got.out != "" {
			t.Errorf("ebb %s: code %d, %q, want %q", strings.Join(c.args, " "), got.code, got.stderr, c.want)
		}
	}
	if out := must(t, "--version"); !strings.HasPrefix(out, "ebb version ") {
		t.Errorf("--version: %q", out)
	}
}
