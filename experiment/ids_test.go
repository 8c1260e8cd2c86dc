package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An embedding takes the ids of the data as they are, and a wrong id is an
// error before anything trains.
func TestEmbeddingIDs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var rows strings.Builder
	rows.WriteString("a,b,y\n")
	for i := range 40 {
		rows.WriteString([]string{"0,5,1.5\n", "3,2,0.5\n"}[i%2])
	}
	write("ids.csv", rows.String())
	write("bad.csv", rows.String()+"7,0,1\n")
	write("half.csv", rows.String()+"0.5,0,1\n")
	write("gap.csv", rows.String()+",0,1\n")
	spec := "data: {source: FILE, target: y}\nmodel:\n  - embedding: {vocab: 6, units: 3}\n  - flatten: {}\n  - dense: {units: 1}\nloss: mse\n"
	build := func(text string) (*Experiment, error) {
		s, err := ReadSpec(write("net.yaml", text))
		if err != nil {
			return nil, err
		}
		return Build(s)
	}
	e, err := build(strings.Replace(spec, "FILE", "ids.csv", 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range e.Train.X.Data {
		if v != 0 && v != 2 && v != 3 && v != 5 {
			t.Fatalf("an id became %v", v)
		}
	}
	if e.Train.Y.Data[0] == 1.5 {
		t.Error("the target is not standardized")
	}
	for file, want := range map[string]string{
		"bad.csv": `feature "a" has the value 7`, "half.csv": "whole numbers from 0 to 5", "gap.csv": "whole numbers from 0 to 5",
	} {
		if _, err := build(strings.Replace(spec, "FILE", file, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
	second := strings.Replace(spec, "  - embedding", "  - dense: {units: 2}\n  - embedding", 1)
	if _, err := build(strings.Replace(second, "FILE", "ids.csv", 1)); err == nil || !strings.Contains(err.Error(), "can only be the first layer") {
		t.Errorf("an embedding in second place: %v", err)
	}
}
