//go:build !purego && (amd64 || arm64)

package kernel

// pause tells the processor n times that this thread waits in a loop, which
// leaves more of the core, and of the bus, to those that work. n must not be 0.
//
//go:noescape
func pause(n uint32)
