package kernel

import (
	"fmt"
	"os"
	"strings"
)

// loops is one implementation of everything in this package that depends on the
// machine. Each part stands beside the functions that call it; an assembly path
// starts as a copy of goLoops and replaces what it does better.
type loops struct {
	name string
	gemmLoops
	vectorLoops
	updateLoops
	recurrentLoops
}

// goLoops runs everywhere, and is what the others are compared with.
var goLoops = loops{"go", goGemm, goVector, goUpdate, goRecurrent}

// PathVariable is the environment variable that chooses the path by name at
// start, for tests and comparisons. Unset or empty, the fastest one is taken.
const PathVariable = "EBB_KERNEL"

// active is the path in use. It is chosen once, before anything runs.
var (
	active    *loops
	pathError error
)

func init() { active, pathError = choose(os.Getenv(PathVariable)) }

// Path returns the name of the path in use: "avx512", "avx2", "neon" or "go".
func Path() string { return active.name }

// Paths returns the names of the paths that this build has and this machine can
// run, fastest first. "go" is always among them.
func Paths() []string {
	var names []string
	for _, l := range available() {
		names = append(names, l.name)
	}
	return names
}

// PathError tells that PathVariable asks for a path that is not among [Paths];
// the fastest one is in use then.
func PathError() error { return pathError }

func available() []*loops { return append(machineLoops(), &goLoops) }

func choose(name string) (*loops, error) {
	all := available()
	if name == "" {
		return all[0], nil
	}
	for _, l := range all {
		if l.name == name {
			return l, nil
		}
	}
	return all[0], fmt.Errorf("%s is %q, expected one of %s", PathVariable, name, strings.Join(Paths(), ", "))
}
