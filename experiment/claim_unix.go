//go:build unix && !solaris && !aix

package experiment

import (
	"fmt"
	"os"
	"syscall"
)

// claim keeps other processes from training into a run directory until release
// is called or the process ends. Where the file system has no locks there is no
// protection.
func claim(dir string) (release func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == syscall.EWOULDBLOCK {
		d.Close()
		return nil, InputError{fmt.Errorf("%s: another process is training into this directory", dir)}
	}
	return func() { d.Close() }, nil
}
