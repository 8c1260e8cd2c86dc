//go:build purego || float64 || (!amd64 && !arm64)

package kernel

// There is no assembly for this build.
func machineLoops() []*loops { return nil }
