package flow_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
)

// drawTime draws panels and checks that the picture is well-formed and always
// the same.
func drawTime(t *testing.T, name string, panels ...flow.TimePanel) string {
	t.Helper()
	var b, again bytes.Buffer
	if err := flow.TimePicture(&b, panels...); err != nil {
		t.Fatal(err)
	}
	if err := flow.TimePicture(&again, panels...); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same curves gave different pictures")
	}
	if dir := os.Getenv("EBB_PICTURES"); dir != "" {
		if err := os.WriteFile(dir+"/"+t.Name()+"-"+name+".svg", b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "<script"} {
		if bytes.Contains(b.Bytes(), []byte(bad)) {
			t.Errorf("the picture contains %q", bad)
		}
	}
	s := b.String()
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); err == io.EOF {
			return s
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTimePicture(t *testing.T) {
	curve := func(name string, steps int) *flow.TimeCurve {
		return &flow.ThroughTime(timeNetworks()[name], temporalOrder(1, steps, 20), flow.TimeOptions{Seed: 1})[0]
	}
	s := drawTime(t, "two", flow.TimePanel{Title: "tanh, orthogonal", Note: "50 units, 100 steps", Curve: curve("tanh", 100)},
		flow.TimePanel{Title: "LSTM, forget bias 1", Note: "50 units, 100 steps", Curve: curve("lstm", 100)})
	for _, want := range []string{`class="keep"`, `class="rho"`, `class="bound"`, `class="limit"`, "1 % after 40 steps", "1 % after 58 steps", "prefers-color-scheme:dark", "Memory horizon (1 % of the gradient): 40 steps"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	drawTime(t, "more", flow.TimePanel{Title: "proved", Curve: curve("proved", 100)}, flow.TimePanel{Title: "growing", Curve: curve("growing", 100)},
		flow.TimePanel{Title: "overflow", Curve: curve("overflow", 100)})
	drawTime(t, "one", flow.TimePanel{Title: "sigmoid", Curve: curve("sigmoid", 30)})
	drawTime(t, "zero", flow.TimePanel{Title: "no recurrence", Curve: curve("zero", 30)}, flow.TimePanel{Title: "one step", Curve: curve("tanh", 1)})
	drawTime(t, "none", flow.TimePanel{Title: "nothing", Curve: &flow.TimeCurve{}}, flow.TimePanel{Curve: &flow.TimeCurve{Points: []flow.TimePoint{{Norm: 0, Decades: math.NaN()}}}})
	drawTime(t, "no panels")
}
