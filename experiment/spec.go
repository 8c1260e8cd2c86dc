package experiment

// Spec says everything that a training run depends on. [ReadSpec] and
// [ParseSpec] fill in every default, so that a Spec has no hidden settings.
type Spec struct {
	Data      DataSpec
	Model     []Item
	Loss      string // "" until the data is known: cross_entropy for classes, else mse
	Optimizer OptimizerSpec
	Train     TrainSpec

	Path string // the file it was read from, "" if none
	Text string // its text, as it was written
}

// DataSpec says where the examples come from and how they are prepared.
type DataSpec struct {
	Source      string // a built-in name or a path, relative to the spec
	Images      string // instead of Source: a pair of IDX files
	Labels      string
	Target      string  // the column to predict
	Validation  float64 // share held out, from [0, 1); -1 until the data is known: 0, or 0.2 when it has no test set
	Standardize bool    // inputs, and a regression's target; true
	Window      int     // past steps of a series that make one example; 0 is no series
	Length      int     // steps of a generated sequence; 0 is the set's default
	Samples     int     // of a generated set; 0 is its default
}

// Item is one entry of the model.
type Item struct {
	Kind   string // "dense", "batch_norm", …
	Repeat int    // 1
	Line   int    // of the spec, 0 if it was made by a program

	Units      int            // dense, embedding, and rnn, lstm, gru
	Activation ActivationSpec // dense, activation; rnn: tanh
	Init       InitSpec       // dense; rnn, lstm, gru: of the input weights
	Bias       bool           // dense; true
	BiasInit   InitSpec       // dense: zeros; rnn, lstm, gru: see nn.RecurrentInit
	Rate       float64        // dropout
	Vocab      int            // embedding; 0 is the number of ids in the data

	// Of rnn, lstm and gru.
	Layers        int    // 1
	Bidirectional bool   // both directions in time
	Return        string // last, all, or "" for what the layers after it and the data need
	RecurrentInit InitSpec
	ForgetBias    float64 // of an lstm; NaN if the spec names none

	Body     []Item   // residual
	Branches [][]Item // parallel
}

// ActivationSpec names an activation; Slope is for linear (1) and leaky_relu
// (0.01).
type ActivationSpec struct {
	Name  string
	Slope float64
}

// InitSpec names an initialization; Value is for constant, normal and uniform,
// and the gain of orthogonal and identity, 0 for 1.
// An empty name is the default for the activation.
type InitSpec struct {
	Name  string
	Value float64
}

// OptimizerSpec names an update rule and its settings; defaults are PyTorch's.
type OptimizerSpec struct {
	Name        string // adam
	LR          float64
	Momentum    float64 // sgd, rmsprop
	Nesterov    bool    // sgd
	WeightDecay float64
	Alpha       float64 // rmsprop
	Beta1       float64 // adam, adamw
	Beta2       float64
	Eps         float64 // adagrad, rmsprop, adam, adamw
}

// TrainSpec says how long and in what portions to train.
type TrainSpec struct {
	Epochs    int    // 20
	Batch     int    // 0 is "full"; 32, or all rows when there are fewer
	BPTT      int    // window of truncated backpropagation through time; 0 is the whole sequence, of a text 64
	Seed      uint64 // 1
	ClipNorm  float64
	ClipValue float64
	Schedule  ScheduleSpec
	Early     EarlySpec

	batchLine int // of the spec, 0 when it leaves Batch to its default
	bpttLine  int
}

// ScheduleSpec names a learning-rate schedule; see package optim.
type ScheduleSpec struct {
	Name     string  // constant
	Every    int     // step: epochs between two drops
	Gamma    float64 // step: factor of a drop
	MinLR    float64 // cosine, plateau: lowest rate
	Factor   float64 // plateau: factor of a drop
	Patience int     // plateau: epochs without improvement before a drop
	WarmUp   int     // steps of linear warm-up before the schedule
}

// EarlySpec stops a training whose validation loss has not fallen by MinDelta
// for Patience epochs; Patience 0 never stops.
type EarlySpec struct {
	Patience int
	MinDelta float64
}
