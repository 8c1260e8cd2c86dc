//go:build arm64 && !purego && !float64

package kernel

// machineLoops returns the assembly path of arm64: every such machine has NEON.
func machineLoops() []*loops { return []*loops{&neonLoops} }

var neonLoops = loops{"neon", neonGemm, neonVector, neonUpdate, neonRecurrent}
