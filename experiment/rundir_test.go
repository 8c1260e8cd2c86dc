package experiment

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A process that is killed while it writes leaves a temporary file; resuming
// removes it and nothing else.
func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	keep := []string{".notes.tmp", "checkpoint-last.safetensors", "mine.tmp", "run.json"}
	for _, name := range append([]string{".checkpoint-last.safetensors.12-0.tmp", ".run.json.7-1.tmp", ".flow.svg.7-0.tmp"}, keep...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	removeLeftovers(dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, keep) {
		t.Errorf("left %v, want %v", left, keep)
	}
	removeLeftovers(filepath.Join(dir, "missing"))
}
