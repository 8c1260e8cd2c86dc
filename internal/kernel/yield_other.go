//go:build !linux

package kernel

import "runtime"

// yield lets another goroutine have the thread.
func yield() { runtime.Gosched() }
