package experiment

import "github.com/ebb-ml/ebb/flow"

// NonFinite tells where a value first stopped being finite.
type NonFinite struct {
	Step           uint64         `json:"step"`
	Phase          string         `json:"phase"`
	Where          string         `json:"where"`
	Stage          string         `json:"stage,omitempty"`
	GrowthPerLayer flow.Number    `json:"growth_per_layer"`
	GrowthPerStep  flow.Number    `json:"growth_per_step"`
	Text           string         `json:"text"`
	Through        *NonFiniteTime `json:"through_time,omitempty"` // inside a recurrent layer
}

// NonFiniteTime tells where in a sequence that was.
type NonFiniteTime struct {
	Time              int         `json:"time"` // of the sequence, from 0
	Lag               int         `json:"lag"`  // time steps that the way came before it
	GrowthPerTimeStep flow.Number `json:"growth_per_time_step"`
}
