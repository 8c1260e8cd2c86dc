package loss

import (
	"fmt"
	"strings"
)

// all lists every loss, in the order in which they are documented.
var all = []Loss{MSE{}, MAE{}, Huber{}, CrossEntropy{}, BinaryCrossEntropy{}}

// Names returns the names of all losses, as spec files write them.
func Names() []string {
	names := make([]string, len(all))
	for i, l := range all {
		names[i] = l.Name()
	}
	return names
}

// New returns the loss of the given name. The error for an unknown name lists
// the known ones.
func New(name string) (Loss, error) {
	for _, l := range all {
		if l.Name() == name {
			return l, nil
		}
	}
	return nil, fmt.Errorf("unknown loss %q: expected one of %s", name, strings.Join(Names(), ", "))
}
