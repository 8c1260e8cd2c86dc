package kernel

import "testing"

// eachPath runs a subtest on every path that this machine can take. Such tests
// must not run in parallel with others: the path in use is the whole package's.
func eachPath(t *testing.T, run func(t *testing.T)) {
	t.Helper()
	before := active
	defer func() { active = before }()
	for _, l := range available() {
		t.Run(l.name, func(t *testing.T) {
			active = l
			run(t)
		})
	}
}
