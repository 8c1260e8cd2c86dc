package flow

import (
	"fmt"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/nn"
)

// key is one entry of the legend: what its mark is, at x and y, and says.
type key struct {
	mark  func(x, y float64) string
	label string
	x     float64
	row   int
}

// strokeKey is the mark of a line.
func strokeKey(class string) func(x, y float64) string {
	return func(x, y float64) string {
		return fmt.Sprintf("<path class=%q d=\"M%s %sh24\"/>\n", class, px(x), px(y))
	}
}

// legend lays out the factors that occur, the dots and the bound.
func legend(streams []stream) []key {
	var list []key
	seen := map[nn.Stage]bool{"": true}
	for _, s := range streams {
		for _, g := range s.segments {
			if seen[g.stage] {
				continue
			}
			seen[g.stage] = true
			label := stageName(g.stage)
			switch g.stage {
			case nn.StageActivation:
				label += " (activation)"
			case nn.StageWeights:
				label += " (weights)"
			}
			list = append(list, key{mark: strokeKey("s " + stageClass(g.stage)), label: label})
		}
	}
	list = append(list, key{label: "reaches the layer’s weights", mark: func(x, y float64) string {
		return fmt.Sprintf("<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"4.5\"/>\n", px(x+14), px(y))
	}}, key{label: "bound: no input can exceed it", mark: strokeKey("bound")})
	return layOut(list)
}

// layOut puts the entries into rows.
func layOut(list []key) []key {
	x, row := float64(plotLeft), 0
	for i := range list {
		width := 58 + 6.6*float64(utf8.RuneCountInString(list[i].label))
		if x+width > pictureWidth && x > plotLeft {
			x, row = plotLeft, row+1
		}
		list[i].x, list[i].row = x, row
		x += width
	}
	return list
}

func (d *drawing) legend(y float64, keys []key) {
	for _, k := range keys {
		at := y + float64(k.row*legendRow)
		d.printf("%s", k.mark(k.x, at))
		d.text("key", k.x+32, at+4, k.label)
	}
}

// stageClass is the class of a factor in the style sheet.
func stageClass(s nn.Stage) string {
	if s == "" {
		return "still"
	}
	return "st-" + string(s)
}
