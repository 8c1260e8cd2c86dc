package main

// Results is all that was measured: results.json, and what the report and the
// picture are drawn from.
type Results struct {
	Date      string            `json:"date"`
	Machine   Machine           `json:"machine"`
	Options   string            `json:"options"`
	Versions  map[string]string `json:"versions"`
	Missing   map[string]string `json:"missing,omitempty"` // peers, and why
	Peak      map[int]float64   `json:"peak_gflops,omitempty"`
	Sections  []SectionResult   `json:"sections"`
	Memory    []MemoryResult    `json:"memory,omitempty"`
	Processes []ProcessResult   `json:"processes,omitempty"`
	Sizes     []SizeResult      `json:"sizes,omitempty"`
	Skipped   map[string]string `json:"skipped,omitempty"` // sections, and why
	Partial   bool              `json:"partial,omitempty"` // stopped before the end
}

type SectionResult struct {
	ID    string       `json:"id"`
	Title string       `json:"title"`
	Cases []CaseResult `json:"cases"`
}

// CaseResult is one workload on one number of threads.
type CaseResult struct {
	Workload Workload `json:"workload"`
	Threads  int      `json:"threads"`
	Floor    float64  `json:"floor,omitempty"`
	Goal     float64  `json:"goal,omitempty"`
	Sides    []Side   `json:"sides"` // Ebb first
	Steadiness
}

// Side is one contestant's result; with Error it has no times.
type Side struct {
	Peer        string    `json:"peer"`
	Config      string    `json:"config,omitempty"`
	Median      float64   `json:"median_us,omitempty"`
	Tenth       float64   `json:"p10_us,omitempty"`
	RatioTenth  float64   `json:"ratio_p10,omitempty"` // its time over Ebb's
	RatioMedian float64   `json:"ratio_median,omitempty"`
	Tenths      []float64 `json:"round_p10_us,omitempty"`
	Medians     []float64 `json:"round_median_us,omitempty"`
	Tried       []Tried   `json:"tried,omitempty"`
	LossGap     *float64  `json:"loss_gap,omitempty"` // the largest relative difference of a loss from Ebb's
	Error       string    `json:"error,omitempty"`
}

// Tried is a configuration in the trial before the rounds.
type Tried struct {
	Config string  `json:"config"`
	Tenth  float64 `json:"p10_us,omitempty"`
	Error  string  `json:"error,omitempty"`
}

type MemoryResult struct {
	Workload string `json:"workload"`
	Peer     string `json:"peer"`
	Bytes    int64  `json:"bytes,omitempty"`
	Error    string `json:"error,omitempty"`
}

// ProcessResult is a whole program, from its start to its end.
type ProcessResult struct {
	Peer     string    `json:"peer"`
	Config   string    `json:"config,omitempty"`
	Threads  int       `json:"threads"`
	Seconds  []float64 `json:"seconds,omitempty"`
	Accuracy float64   `json:"accuracy,omitempty"`
	PeakRSS  int64     `json:"peak_rss,omitempty"`
	Error    string    `json:"error,omitempty"`
}

type SizeResult struct {
	What  string `json:"what"`
	Bytes int64  `json:"bytes"`
}

// side returns the side of a peer, its best configuration when there are some.
func (c CaseResult) side(peer string) *Side {
	var best *Side
	for i := range c.Sides {
		s := &c.Sides[i]
		if s.Peer != peer {
			continue
		}
		if best == nil || best.Error != "" || s.Error == "" && s.Tenth < best.Tenth {
			best = s
		}
	}
	return best
}
