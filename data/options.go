package data

// Goal says how a target column is to be taken.
type Goal int

const (
	// Auto decides by the values: text is a classification; whole numbers are
	// one when they are 0 and 1 only, or have at most 20 different values and
	// at least ten rows for each; everything else is a regression.
	Auto Goal = iota
	// AsRegression wants numbers (a loss such as mse, mae, huber).
	AsRegression
	// AsClassification makes a class of each different value (cross_entropy,
	// binary_cross_entropy).
	AsClassification
)

// Options says how to read a data set. The zero value is the default.
type Options struct {
	// Target names the column to predict. A built-in set, a file without a
	// header (its last column) and a pair of files have a default.
	Target string
	// Task says how the target is to be taken.
	Task Goal
	// Samples is the number of rows, or sequences, of a generated set; 0 is the
	// set's default.
	Samples int
	// Length is the number of steps of a generated sequence (of copy: its blanks);
	// 0 is the set's default.
	Length int
	// Window makes a series of a table (co2, sunspots, sine, any table of numbers):
	// so many past steps are an example, see [Windows]. 0 keeps the table, but sine
	// has a default.
	Window int
	// Sequences takes the arrays of an .npz file as sequences, see
	// [LoadSequences]; without it, what an example has is one row of features.
	Sequences bool
	// Seed makes a generated set.
	Seed uint64
}

// Source says where a data set is: the name of a built-in set, a file or a
// folder in Path, or a pair of IDX files in Images and Labels.
type Source struct {
	Path           string
	Images, Labels string
}

const (
	// MaxCategories is the largest number of different texts in an input
	// column: each becomes one input of the network.
	MaxCategories = 100
	// MaxClasses is the largest number of classes of a target column.
	MaxClasses = 1000

	autoClasses      = 20 // Auto: at most so many different whole numbers
	autoRowsPerClass = 10 // Auto: at least so many rows for each

	maxSamples = 10_000_000 // of a generated set
	maxLength  = 1_000_000  // steps of a sequence
	maxValues  = 1 << 27    // numbers in X of sequences: 512 MiB in float32
)
