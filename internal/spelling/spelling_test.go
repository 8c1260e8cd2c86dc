package spelling

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	names := []string{"units", "activation", "init", "bias", "bias_init"}
	for _, c := range []struct{ want, in string }{
		{"unit", `did you mean "units"?`},
		{"activaton", `did you mean "activation"?`},
		{"Units", `did you mean "units"?`},
		{"zzzzzzzz", `known are "units", "activation"`},
		{"", `known are`},
		{strings.Repeat("x", 1<<20), `known are`},
	} {
		if got := Suggest(c.want, names); !strings.Contains(got, c.in) {
			t.Errorf("Suggest(%.20q) = %q, want %q in it", c.want, got, c.in)
		}
	}
}

func TestClip(t *testing.T) {
	if got := Clip(strings.Repeat("가", 1000)); len([]rune(got)) != 61 {
		t.Errorf("Clip kept %d runes", len([]rune(got)))
	}
}
