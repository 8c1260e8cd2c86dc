package experiment

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/train"
)

// Report is what a run came to; its JSON is the answer of `train --json`.
type Report struct {
	Run          string         `json:"run"` // the run directory
	Epochs       int            `json:"epochs"`
	Steps        uint64         `json:"steps"`
	Seconds      float64        `json:"seconds"`
	Interrupted  bool           `json:"interrupted,omitempty"`
	StoppedEarly bool           `json:"stopped_early,omitempty"`
	Training     *train.Metrics `json:"training"` // null when nothing finite was measured
	Validation   *train.Metrics `json:"validation,omitempty"`

	// Baseline is what a model of a series has to beat; nil for other data.
	Baseline *Baseline `json:"baseline,omitempty"`

	// Findings is for what package doctor finds; a run alone has none.
	Findings []any `json:"findings"`

	Flow    []flow.Row       `json:"flow"`              // mean of the last epoch
	Time    []flow.TimeCurve `json:"time,omitempty"`    // the same through the steps of each recurrent layer
	Reaches []Reaches        `json:"reaches"`           // what arrives at each layer's weights
	Updates []UpdateEffect   `json:"updates"`           // what it does to them, over the last epoch
	Drowned *float64         `json:"drowned,omitempty"` // share of second-moment roots below an adaptive optimizer's eps

	// NonFinite is set when the run stopped because a value was no longer
	// finite.
	NonFinite *NonFinite `json:"non_finite,omitempty"`

	classes      []string
	standardized bool // the target
	flow         *flow.Report
	effects      []flow.Effect
}

// Reaches is the part of the error that arrives at one layer's weights.
type Reaches struct {
	Where string      `json:"where"`
	Ratio flow.Number `json:"ratio"` // ‖∂J/∂z‖ / ‖∂J/∂h_L‖
	Bound flow.Number `json:"bound"` // what no input can exceed; null if there is none
}

// UpdateEffect is what the optimizer's steps do to one parameter.
type UpdateEffect struct {
	Name     string      `json:"name"`
	Where    string      `json:"where"`
	Relative flow.Number `json:"relative"` // mean ‖Δw‖/‖w‖ of a step; null if w was 0
	Unmoved  flow.Number `json:"unmoved"`  // share of elements the last step left the same, bit for bit
	Frozen   flow.Number `json:"frozen"`   // the same over the interval
	Steps    int         `json:"steps"`    // of the interval
}

// measured returns the flow and the update effect since the last flow event, or
// those of that event when no step came after it.
func (r *runner) measured() (*flow.Report, []flow.Effect) {
	effects := r.updates.Rows()
	if r.lastFlow != nil && (len(effects) == 0 || effects[0].Steps == 0) {
		return r.lastFlow, r.lastEffects
	}
	return r.flow.Mean(), effects
}

// report makes the report of a run that ended.
func (r *runner) report(result train.Result, exploded *train.NonFiniteError) *Report {
	rep := &Report{
		Run: r.opt.Dir, Epochs: result.Epochs, Steps: result.Steps, Seconds: result.Seconds,
		Interrupted: result.Interrupted, StoppedEarly: result.StoppedEarly,
		Training: &result.Training, Validation: result.Validation, Findings: []any{}, classes: r.Train.Classes,
		standardized: r.Spec.Data.Standardize && r.Train.Task == data.Regression,
	}
	rep.Baseline = r.baseline(r.Validation)
	rep.flow, rep.effects = r.measured()
	rep.flow.SetBounds(flow.Bounds(r.Model))
	if exploded == nil {
		rep.flow.Time = r.throughTime(rep.flow.Time)
	}
	rep.Flow = rep.flow.Rows
	if rep.Flow == nil {
		rep.Flow = []flow.Row{}
	}
	rep.Time = thinCurves(rep.flow.Time, maxTimePoints)
	rep.Reaches = []Reaches{}
	for _, re := range rep.flow.Reach {
		rep.Reaches = append(rep.Reaches, Reaches{re.Where, flow.Number(re.Ratio), flow.Number(re.Bound)})
	}
	rep.Updates = updateEffects(rep.effects)
	if share, ok := r.optimizer.DrownedShare(); ok {
		rep.Drowned = &share
	}
	if rep.Training.Rows == 0 || !finite(rep.Training.Loss) {
		rep.Training = nil
	}
	if exploded != nil {
		rep.NonFinite = &NonFinite{
			Step: exploded.Step, Phase: string(exploded.Phase), Where: exploded.Site, Stage: string(exploded.Stage),
			GrowthPerLayer: flow.Number(exploded.GrowthPerLayer), GrowthPerStep: flow.Number(exploded.GrowthPerStep), Text: exploded.Error(),
		}
		if exploded.Time >= 0 {
			rep.NonFinite.Through = &NonFiniteTime{exploded.Time, exploded.Lag, flow.Number(exploded.GrowthPerTimeStep)}
		}
	}
	return rep
}

// How many lags of a recurrent layer go into JSON, and into an event.
const (
	maxTimePoints   = 200
	eventTimePoints = 40
)

// thinCurves keeps the size of an answer small, whatever the sequences' length.
func thinCurves(curves []flow.TimeCurve, points int) []flow.TimeCurve {
	var list []flow.TimeCurve
	for _, c := range curves {
		c.Points = flow.Thin(c.Points, points)
		list = append(list, c)
	}
	return list
}

func updateEffects(effects []flow.Effect) []UpdateEffect {
	list := make([]UpdateEffect, len(effects))
	for i, e := range effects {
		list[i] = UpdateEffect{e.Name, e.Where, flow.Number(e.MeanRelative), flow.Number(e.Unmoved), flow.Number(e.Frozen), e.Steps}
	}
	return list
}

// Write prints the report for a person, at 80 columns: the flow first, since
// that is what no loss curve tells.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	if r.NonFinite != nil {
		for line := range Wrap("Stopped: "+r.NonFinite.Text+". The weights from before that step are kept.", 80) {
			fmt.Fprintln(&b, line)
		}
		b.WriteByte('\n')
	}
	if len(r.Flow) > 0 {
		if err := flow.Table(&b, r.flow, r.effects); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	if r.Drowned != nil && *r.Drowned > 0.5 {
		for line := range Wrap(fmt.Sprintf("For %.0f %% of the weights the optimizer's eps is larger than the size of their gradient: there it no longer rescales it.", 100**r.Drowned), 80) {
			fmt.Fprintln(&b, line)
		}
		b.WriteByte('\n')
	}
	r.writeMetrics(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) writeMetrics(b *strings.Builder) {
	// A run that was stopped in its first epoch knows its loss and no more.
	var columns []string
	for _, m := range []*train.Metrics{r.Training, r.Validation} {
		switch {
		case m == nil:
		case m.MAE != nil:
			columns = []string{"loss", "MAE", "RMSE", "R²"}
		case m.Accuracy != nil:
			columns = []string{"loss", "accuracy"}
		case columns == nil:
			columns = []string{"loss"}
		}
	}
	if columns != nil {
		fmt.Fprintf(b, "%-12s", "")
		for _, c := range columns {
			fmt.Fprintf(b, "%12s", c)
		}
		b.WriteByte('\n')
	}
	for _, part := range []struct {
		name string
		m    *train.Metrics
	}{{"training", r.Training}, {"validation", r.Validation}} {
		if part.m == nil || part.m.Rows == 0 {
			continue
		}
		fmt.Fprintf(b, "%-12s%12s", part.name, number(&part.m.Loss))
		switch len(columns) {
		case 2:
			fmt.Fprintf(b, "%12s", share(part.m.Accuracy))
		case 4:
			fmt.Fprintf(b, "%12s%12s%12s", number(part.m.MAE), number(part.m.RMSE), number(part.m.R2))
		}
		b.WriteByte('\n')
	}
	if r.Validation != nil && r.Validation.Confusion != nil && len(r.classes) > 0 {
		fmt.Fprintf(b, "guessing the most frequent class is right in %.1f %%\n", 100*mostFrequent(r.Validation.Confusion))
	}
	if r.Baseline != nil && r.Validation != nil && r.Validation.MAE != nil {
		fmt.Fprintf(b, "repeating the last value has a validation MAE of %.4g\n", r.Baseline.MAE)
	}
	if r.standardized && len(columns) == 4 {
		b.WriteString("MAE and RMSE are in the unit of the data, the loss is of the standardized target\n")
	}
	how := ""
	switch {
	case r.NonFinite != nil:
		how = ", stopped by a value that is not finite"
	case r.Interrupted:
		how = ", interrupted"
	case r.StoppedEarly:
		how = ", stopped early; the best epoch's weights are kept"
	}
	for line := range Wrap(fmt.Sprintf("%d epochs, %d steps in %.1f s%s", r.Epochs, r.Steps, r.Seconds, how), 80) {
		fmt.Fprintln(b, line)
	}
	fmt.Fprintf(b, "run: %s\n", r.Run)
}

func share(v *float64) string {
	if v == nil {
		return "—"
	}
	return fmt.Sprintf("%.1f %%", 100**v)
}

func number(v *float64) string {
	if v == nil {
		return "—"
	}
	return fmt.Sprintf("%.4g", *v)
}

// mostFrequent returns the share of the most frequent true class.
func mostFrequent(confusion [][]int) float64 {
	most, all := 0, 0
	for _, row := range confusion {
		n := 0
		for _, c := range row {
			n += c
		}
		most, all = max(most, n), all+n
	}
	return float64(most) / float64(max(all, 1))
}

// WriteConfusion prints a confusion matrix, true classes down, predicted ones
// across; more than 12 classes do not fit a terminal and are left to JSON.
func WriteConfusion(w io.Writer, classes []string, confusion [][]int) error {
	if len(confusion) == 0 || len(confusion) > 12 {
		return nil
	}
	var b strings.Builder
	b.WriteString("true \\ predicted")
	name := func(i int) string {
		if i >= len(classes) {
			return fmt.Sprint(i)
		}
		if c := classes[i]; strings.TrimSpace(c) != "" && !strings.ContainsFunc(c, unicode.IsControl) {
			return c
		}
		return strconv.Quote(classes[i]) // a character of a text may be a space or a line's end
	}
	for i := range confusion {
		fmt.Fprintf(&b, "%5.5s", name(i))
	}
	for i, row := range confusion {
		fmt.Fprintf(&b, "\n%-16.16s", name(i))
		for _, n := range row {
			fmt.Fprintf(&b, "%5d", n)
		}
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}
