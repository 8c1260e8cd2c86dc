package experiment_test

import (
	"path/filepath"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
)

// Every spec among the examples is one that can be read, and those that need no
// file of their own can be built.
func TestExampleSpecs(t *testing.T) {
	paths, err := filepath.Glob("../examples/*/*.yaml")
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d specs, %v", len(paths), err)
	}
	for _, path := range paths {
		spec, err := experiment.ReadSpec(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if filepath.Base(filepath.Dir(path)) != "sequences" {
			continue
		}
		spec.Data.Samples = min(spec.Data.Samples, 200)
		if _, err := experiment.Build(spec); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
