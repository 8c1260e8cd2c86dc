package layertest

// RaceDetector tells the tests that allocations can't be counted.
const RaceDetector = raceDetector
