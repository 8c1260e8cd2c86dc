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
	Rows        int    `json:"rows"`
	Columns     int    `json:"columns"` // of the source, without the target
	Target      string `json:"target"`  // the default
	Task        Task   `json:"task"`
	Description string `json:"description"`
	Licence     string `json:"licence"`
}

// BuiltIn returns the built-in data sets in alphabetical order. Penguins and
// the two series can be given another target.
func BuiltIn() []Info {
	return []Info{
		{"co2", 2225, 1, "co2", Regression,
			"weekly CO2 at Mauna Loa, 1958 to 2001, in ppmv, by date (Keeling and Whorf, CDIAC)", "public domain"},
		{"digits", 1797, 64, "label", Classification,
			"handwritten digits, 8×8 grey levels 0 to 16 (E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998; the test part)", "CC BY 4.0"},
		{"penguins", 344, 6, "species", Classification,
			"Palmer penguins: island, bill, flipper, body mass, sex (Gorman, Williams and Fraser 2014; Horst, Hill and Gorman 2020)", "CC0"},
		{"sunspots", 309, 1, "SUNACTIVITY", Regression,
			"yearly sunspot activity, 1700 to 2008 (US National Geophysical Data Center)", "public domain"},
		{"two_spirals", spiralSamples, 2, "label", Classification,
			"two interleaved spirals with a little noise, made by the seed (after Lang and Witbrock 1988)", "made by Ebb"},
		{"xor", 4, 2, "label", Classification,
			"exclusive or: the four rows that no network without a hidden layer can learn (Minsky and Papert 1969)", "made by Ebb"},
	}
}

// Load returns a built-in data set. Options.Target and Options.Task choose
// another target column or task, as in [ParseCSV]; Samples and Seed make
// two_spirals.
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
	if opt.Samples != 0 && name != "two_spirals" {
		return nil, nil, fmt.Errorf("samples: %s has a fixed number of rows; only a generated set takes samples", name)
	}
	if opt.Target == "" {
		opt.Target = sets[i].Target
	}
	switch name {
	case "digits":
		return loadDigits(opt)
	case "xor":
		return generated(xor(), opt)
	case "two_spirals":
		d, err := TwoSpirals(opt.Samples, opt.Seed)
		if err != nil {
			return nil, nil, err
		}
		return generated(d, opt)
	}
	text, err := embedded.ReadFile("embedded/" + name + ".csv")
	if err != nil {
		return nil, nil, err
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
