package experiment

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/ebb-ml/ebb/modelfile"
)

func parse(t *testing.T, text string) *Spec {
	t.Helper()
	s, err := ParseSpec("", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func build(t *testing.T, s *Spec) *Experiment {
	t.Helper()
	e, err := Build(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// trainIn runs a spec into dir.
func trainIn(t *testing.T, dir, text string, opt RunOptions) *Report {
	t.Helper()
	opt.Dir = dir
	r, err := build(t, parse(t, text)).Run(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func openModel(t *testing.T, path string) *Trained {
	t.Helper()
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameBits compares the tensors of the checkpoints of two runs.
func sameBits(t *testing.T, a, b string, files ...string) {
	t.Helper()
	for _, name := range files {
		x, err := modelfile.Read(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		y, err := modelfile.Read(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(x.Tensors) == 0 || len(x.Tensors) != len(y.Tensors) {
			t.Fatalf("%s: %d and %d tensors", name, len(x.Tensors), len(y.Tensors))
		}
		for i := range x.Tensors {
			if v, w := x.Tensors[i], y.Tensors[i]; v.Name != w.Name || !bytes.Equal(v.Data, w.Data) {
				t.Errorf("%s: %s differs", name, v.Name)
			}
		}
	}
}
