package flow_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
)

// chain is the report of n sigmoid layers, φ′ having the gain phi in each and
// Wᵀ the gain w.
func chain(n int, phi, w float64) *flow.Report {
	r := &flow.Report{Steps: 1, Norm: 1}
	soFar, bound := 1.0, 1.0
	for l := n; l >= 1; l-- {
		site := fmt.Sprintf("dense_%d", l)
		row := func(stage nn.Stage, gain, b float64) {
			in := soFar
			soFar *= gain
			bound *= b
			r.Rows = append(r.Rows, flow.Row{Where: site, Stage: stage, In: in, Out: soFar, Gain: gain,
				Decades: math.Log10(gain), SoFar: soFar, Bound: b})
		}
		if l < n {
			row(nn.StageActivation, phi, math.Max(phi, 0.25))
		}
		r.Reach = append(r.Reach, flow.Reach{Where: site, Kind: "dense", Out: 1, Ratio: soFar, Bound: bound})
		if l > 1 {
			row(nn.StageWeights, w, math.Max(1, w))
		}
	}
	return r
}

// element is one element of a drawn picture.
type element struct {
	name, text string
	attr       map[string]string
}

func (e element) number(t *testing.T, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(e.attr[name], 64)
	if err != nil {
		t.Fatalf("%s of <%s>: %v", name, e.name, err)
	}
	return v
}

// draw draws panels and reads the picture back: it must be well-formed.
func draw(t *testing.T, panels ...flow.Panel) []element {
	t.Helper()
	var b, again bytes.Buffer
	if err := flow.Picture(&b, panels...); err != nil {
		t.Fatal(err)
	}
	if err := flow.Picture(&again, panels...); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same reports gave different pictures")
	}
	if dir := os.Getenv("EBB_PICTURES"); dir != "" && len(panels) > 0 {
		if err := os.WriteFile(fmt.Sprintf("%s/%s-%s.svg", dir, t.Name(), panels[0].Title), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "<script"} {
		if bytes.Contains(b.Bytes(), []byte(bad)) {
			t.Errorf("the picture contains %q", bad)
		}
	}
	var list []element
	var open []int
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			open = append(open, len(list))
			list = append(list, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, i := range open {
				list[i].text += string(token)
			}
		}
	}
}

// heights returns cy of every dot of a layer's weights, by layer, and the y of
// every named decade.
func heights(t *testing.T, list []element) (dots map[string]float64, decades map[string]float64) {
	t.Helper()
	dots, decades = map[string]float64{}, map[string]float64{}
	for i, e := range list {
		switch {
		case e.name == "circle" && i+1 < len(list) && list[i+1].name == "title":
			where, _, _ := strings.Cut(list[i+1].text, ":")
			dots[where] = e.number(t, "cy")
		case e.name == "text" && e.attr["class"] == "tick end" && (strings.HasPrefix(e.text, "10") || e.text == "0"):
			decades[e.text] = e.number(t, "y") - 4 // the text stands 4 px below its line
		}
	}
	return dots, decades
}

// Every dot is where the axis says that its value is: two labels give the scale.
func TestPictureHeights(t *testing.T) {
	r := chain(11, 0.25, 1)
	dots, decades := heights(t, draw(t, flow.Panel{Title: "net", Report: r}))
	if len(dots) != 11 {
		t.Fatalf("%d dots, want 11", len(dots))
	}
	one, millionth := decades["100"], decades["10−6"]
	if !(millionth > one) {
		t.Fatalf("10⁰ at %v and 10⁻⁶ at %v", one, millionth)
	}
	for _, re := range r.Reach {
		if want := one - math.Log10(re.Ratio)/6*(millionth-one); math.Abs(dots[re.Where]-want) > 0.2 {
			t.Errorf("%s is drawn at y %v, its value %v is at %v", re.Where, dots[re.Where], re.Ratio, want)
		}
	}
}

// Two panels have the same scale, and the words tell what is drawn.
func TestPictureOfTwo(t *testing.T) {
	list := draw(t, flow.Panel{Title: "a < b & c", Note: "accuracy 10 %", Report: chain(11, 0.2, 1.1)},
		flow.Panel{Title: "healthy", Report: chain(11, 1, 1)})
	ys := map[float64]int{}
	for _, e := range list {
		if e.name == "path" && e.attr["class"] == "grid one" {
			y, _, _ := strings.Cut(strings.Fields(e.attr["d"])[1], "h")
			v, err := strconv.ParseFloat(y, 64)
			if err != nil {
				t.Fatal(err)
			}
			ys[v]++
		}
	}
	if len(ys) != 1 {
		t.Errorf("the lines of 10⁰ are at %v, want one height", ys)
	}
	for _, e := range list {
		if e.name != "desc" {
			continue
		}
		for _, want := range []string{"a < b & c (accuracy 10 %): dense_1 gets 0.000027 %", "7.0 went in φ′", "Proved", "healthy: Every layer's weights get the whole error"} {
			if !strings.Contains(e.text, want) {
				t.Errorf("the description lacks %q:\n%s", want, e.text)
			}
		}
	}
}

// What has no logarithm still has a place: zero on the lowest line, which says
// 0, and what is not finite at the top.
func TestPictureWithoutLogarithm(t *testing.T) {
	dead := chain(4, 0.5, 1)
	for i := range dead.Rows[3:] {
		dead.Rows[3+i].Out, dead.Rows[3+i].SoFar = 0, 0
	}
	dead.Rows[3].Decades = math.Inf(-1)
	dead.Reach[2].Ratio, dead.Reach[3].Ratio = 0, 0
	blown := chain(4, 0.5, 10)
	blown.Rows[4].Out, blown.Rows[4].SoFar = math.Inf(1), math.Inf(1)
	blown.Rows[5].Out, blown.Rows[5].SoFar = math.NaN(), math.NaN()
	blown.Reach[2].Ratio, blown.Reach[3].Ratio = math.Inf(1), math.Inf(1)

	dots, decades := heights(t, draw(t, flow.Panel{Title: "dead", Report: dead}))
	if dots["dense_1"] != decades["0"] || dots["dense_2"] != decades["0"] {
		t.Errorf("no error: dots at %v, the line of 0 at %v", dots, decades["0"])
	}
	dots, decades = heights(t, draw(t, flow.Panel{Title: "blown", Report: blown}))
	for label, y := range decades {
		if dots["dense_1"] > y {
			t.Errorf("infinite: dense_1 at %v, below %s at %v", dots["dense_1"], label, y)
		}
	}
	draw(t, flow.Panel{Report: &flow.Report{}})
	draw(t)
}

// Two hundred layers: names keep apart, and no decade label covers another.
func TestPictureOfTwoHundredLayers(t *testing.T) {
	list := draw(t, flow.Panel{Title: "deep", Report: chain(200, 0.25, 1.2)}, flow.Panel{Title: "explodes", Report: chain(200, 1, 1.5)})
	var xs, ys []float64
	circles := 0
	for i, e := range list {
		switch {
		case e.name == "text" && e.attr["class"] == "tick mid":
			xs = append(xs, e.number(t, "x"))
		case e.name == "text" && e.attr["class"] == "tick end" && strings.HasPrefix(e.text, "10"):
			ys = append(ys, e.number(t, "y"))
		case e.name == "circle" && i+1 < len(list) && list[i+1].name == "title":
			circles++
		}
	}
	if circles != 400 || len(xs) < 20 || len(ys) < 4 {
		t.Fatalf("%d dots, %d layer names, %d decades", circles, len(xs), len(ys))
	}
	for i := 1; i < len(xs); i++ {
		if d := xs[i] - xs[i-1]; d < 22 {
			t.Errorf("two names %v px apart", d)
		}
	}
	for i := 1; i < len(ys); i++ {
		if d := ys[i] - ys[i-1]; d < 18 {
			t.Errorf("two decades %v px apart", d)
		}
	}
}

// Layers of other kinds and branches: a dot for every layer with weights, in the
// column of the layer of the main chain.
func TestPictureOfBranches(t *testing.T) {
	r := &flow.Report{Norm: 1, Rows: []flow.Row{
		{Where: "dense_2", Stage: nn.StageWeights, SoFar: 1.1, Bound: 2},
		{Where: "residual_1/dense_1", Stage: nn.StageActivation, Depth: 1, SoFar: 0.2, Bound: 1},
		{Where: "residual_1", Stage: nn.StageResidual, SoFar: 1.3, Bound: math.Inf(1)},
		{Where: "dropout_1", Stage: nn.StageDropout, SoFar: 1.0, Bound: 2},
		{Where: "batch_norm_1", Stage: nn.StageNorm, SoFar: 0.4, Bound: 3},
	}, Reach: []flow.Reach{
		{Where: "dense_2", Ratio: 1, Bound: 1},
		{Where: "residual_1/dense_1", Ratio: 0.2, Bound: math.Inf(1)},
		{Where: "batch_norm_1", Ratio: 1.0, Bound: math.Inf(1)},
		{Where: "dense_1", Ratio: 0.4, Bound: math.Inf(1)},
	}}
	dots, _ := heights(t, draw(t, flow.Panel{Title: "mixed", Report: r}))
	if len(dots) != 4 {
		t.Errorf("dots for %v, want 4 layers", dots)
	}
}
