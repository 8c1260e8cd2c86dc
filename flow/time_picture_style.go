package flow

import "fmt"

// timeStyle is what the style sheet of [TimePicture] has beside that of
// [Picture].
const timeStyle = `
.st-recurrent{stroke-linejoin:round}
.keep{fill:none;stroke:#00805a;stroke-width:2}
.rho{fill:none;stroke:#8a3ffc;stroke-width:1.8;stroke-dasharray:1 4.5;stroke-linecap:round}
.limit{fill:none;stroke:#9aa5b1;stroke-width:1;stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){
.keep{stroke:#2fc99a}
.rho{stroke:#be95ff}
.limit{stroke:#6b7682}
}
`

// timeLegend lays out the lines that occur.
func timeLegend(panels []TimePanel) []key {
	list := []key{{label: "reaches the step: h, and c of an LSTM", mark: strokeKey("s st-recurrent")}}
	var path, bound, rho bool
	for _, p := range panels {
		for _, q := range p.Curve.Points {
			path = path || q.Path > 0
		}
		if b := p.Curve.Limits; b != nil {
			bound, rho = bound || finite(b.Gain), rho || finite(b.Rho)
		}
	}
	if path {
		list = append(list, key{label: "the cell’s own gates alone", mark: strokeKey("keep")})
	}
	if rho {
		list = append(list, key{label: "ρ(W_hh)^lag", mark: strokeKey("rho")})
	}
	if bound {
		list = append(list, key{label: "bound: no input can exceed it", mark: strokeKey("bound")})
	}
	list = append(list, key{label: "memory horizon: 1 % is left", mark: func(x, y float64) string {
		return fmt.Sprintf("<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"4.5\"/>\n", px(x+14), px(y))
	}})
	return layOut(list)
}
