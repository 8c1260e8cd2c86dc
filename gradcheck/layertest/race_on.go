//go:build race

package layertest

// The race detector allocates on its own.
const raceDetector = true
