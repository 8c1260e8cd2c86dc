package data

import (
	"bytes"
	"embed"
	"fmt"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
)

//go:embed embedded
var embedded embed.FS

// Info describes a built-in data set.
type Info struct {
	Name        string `json:"name"`
	Rows        int    `json:"rows"`    // or sequences; of a generated set the default
	Columns     int    `json:"columns"` // of the source, without the target
	Target      string `json:"target"`  // the default
	Task        Task   `json:"task"`
	Layout      Layout `json:"layout"`
	Steps       int    `json:"steps,omitempty"`  // of a sequence, the default
	Series      bool   `json:"series,omitempty"` // can be read as windows, see [Options]
	Description string `json:"description"`
	Licence     string `json:"licence"`
}

// BuiltIn returns the built-in data sets in alphabetical order. Penguins and
// the two series can be given another target.
func BuiltIn() []Info {
	return []Info{
		{"adding", sequenceSamples, 2, "sum", Regression, Sequences, sequenceLength, false,
			"adding problem: the sum of the two marked values of a sequence (Hochreiter and Schmidhuber 1997); who answers 1 has an error of 0.167", "made by Ebb"},
		{"co2", 2225, 1, "co2", Regression, Rows, 0, true,
			"weekly CO2 at Mauna Loa, 1958 to 2001, in ppmv, by date (Keeling and Whorf, CDIAC)", "public domain"},
		{"copy", sequenceSamples, 10, "symbol", Classification, Sequences, sequenceLength + 2*copyCount, false,
			"copy problem: 10 symbols of 8, to be repeated after a number of blanks (Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016)", "made by Ebb"},
		{"digits", 1797, 64, "label", Classification, Rows, 0, false,
			"handwritten digits, 8×8 grey levels 0 to 16 (E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998; the test part)", "CC BY 4.0"},
		{"latch", sequenceSamples, 1, "class", Classification, Sequences, sequenceLength, false,
			"latching problem: the first 3 steps tell the class, noise follows (after Bengio, Simard and Frasconi 1994)", "made by Ebb"},
		{"penguins", 344, 6, "species", Classification, Rows, 0, false,
			"Palmer penguins: island, bill, flipper, body mass, sex (Gorman, Williams and Fraser 2014; Horst, Hill and Gorman 2020)", "CC0"},
		{"sine", sequenceSamples, 1, "value", Regression, Sequences, sineWindow, true,
			"the next value of a noisy sine of period 25, from a window of the past", "made by Ebb"},
		{"sunspots", 309, 1, "SUNACTIVITY", Regression, Rows, 0, true,
			"yearly sunspot activity, 1700 to 2008 (US National Geophysical Data Center)", "public domain"},
		{"temporal_order", sequenceSamples, 6, "order", Classification, Sequences, sequenceLength, false,
			"temporal order problem: in which order two symbols came, far apart among others (Hochreiter and Schmidhuber 1997; Pascanu, Mikolov and Bengio 2013)", "made by Ebb"},
		{"two_spirals", spiralSamples, 2, "label", Classification, Rows, 0, false,
			"two interleaved spirals with a little noise, made by the seed (after Lang and Witbrock 1988)", "made by Ebb"},
		{"xor", 4, 2, "label", Classification, Rows, 0, false,
			"exclusive or: the four rows that no network without a hidden layer can learn (Minsky and Papert 1969)", "made by Ebb"},
	}
}

// Load returns a built-in data set. Options.Target and Options.Task choose
// another target column or task, as in [ParseCSV]; Samples, Length, Window and
// Seed make a generated set, see [Adding], [CopyMemory], [Latch], [Sine],
// [TemporalOrder] and [TwoSpirals]; Window makes a series of co2 and sunspots.
func Load(name string, opt Options) (*Dataset, *Schema, error) {
	sets := BuiltIn()
	i := slices.IndexFunc(sets, func(s Info) bool { return s.Name == name })
	if i < 0 {
		names := make([]string, len(sets))
		for i, s := range sets {
			names[i] = s.Name
		}
		return nil, nil, fmt.Errorf("no built-in data set %q; %s", spelling.Clip(name), spelling.Suggest(name, names))
	}
	if err := sets[i].takes(opt); err != nil {
		return nil, nil, err
	}
	if opt.Target == "" {
		opt.Target = sets[i].Target
	}
	var d *Dataset
	var err error
	task := findSequenceTask(name)
	switch {
	case name == "digits":
		return loadDigits(opt)
	case name == "xor":
		d = xor()
	case name == "two_spirals":
		d, err = TwoSpirals(opt.Samples, opt.Seed)
	case name == "sine":
		d, err = Sine(opt.Window, opt.Samples, opt.Seed)
	case task != nil:
		d, err = task.generate(opt.Length, opt.Samples, opt.Seed)
	default:
		return loadTable(name, opt)
	}
	if err != nil {
		return nil, nil, err
	}
	return generated(d, opt)
}

// takes refuses options that a built-in set has no use for.
func (s *Info) takes(opt Options) error {
	made := s.Name == "two_spirals" || s.Layout == Sequences
	switch {
	case opt.Samples != 0 && !made:
		return fmt.Errorf("samples: %s has a fixed number of rows; only a generated set takes samples", s.Name)
	case opt.Length != 0 && s.Series:
		return fmt.Errorf("length: %s is a series: give it a window", s.Name)
	case opt.Length != 0 && s.Layout != Sequences:
		return fmt.Errorf("length: %s has no sequences; only generated sequences take a length", s.Name)
	case opt.Window != 0 && s.Layout == Sequences && !s.Series:
		return fmt.Errorf("window: %s has sequences of its own: give it a length", s.Name)
	case opt.Window != 0 && !s.Series:
		return fmt.Errorf("window: %s is no series: its rows have no order in time", s.Name)
	}
	return nil
}

// loadTable reads an embedded table, or the series that is in it.
func loadTable(name string, opt Options) (*Dataset, *Schema, error) {
	text, err := embedded.ReadFile("embedded/" + name + ".csv")
	if err != nil {
		return nil, nil, err
	}
	if opt.Window != 0 {
		s, err := parseSeries(bytes.NewReader(text), name, opt.Target)
		if err != nil {
			return nil, nil, err
		}
		return s.dataset(opt)
	}
	return parseTable(bytes.NewReader(text), name, nil, opt)
}

func loadDigits(opt Options) (*Dataset, *Schema, error) {
	packed, err := embedded.ReadFile("embedded/digits.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	r, err := unpack(bytes.NewReader(packed))
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for row := range 8 {
		for col := range 8 {
			names = append(names, fmt.Sprintf("pixel_%d_%d", row, col))
		}
	}
	return parseTable(r, "digits", append(names, "label"), opt)
}
