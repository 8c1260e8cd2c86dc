package experiment

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
)

// probabilities turns a row of outputs into one probability for each class: the
// softmax of logits for cross_entropy, the sigmoid for binary_cross_entropy, and
// the outputs as they are for a loss that takes no logits.
func (t *Trained) probabilities(row []tensor.Float) []float64 {
	p := make([]float64, len(t.Schema.Target.Classes))
	switch {
	case len(row) == 1:
		v := float64(row[0])
		if t.Loss.Name() == "binary_cross_entropy" {
			v = 1 / (1 + math.Exp(-v))
		}
		p[0], p[1] = 1-v, v
	case t.Loss.Name() == "cross_entropy":
		top := math.Inf(-1)
		for _, v := range row {
			top = math.Max(top, float64(v))
		}
		sum := 0.0
		for j, v := range row {
			p[j] = math.Exp(float64(v) - top)
			sum += p[j]
		}
		for j := range p {
			p[j] /= sum
		}
	case t.Loss.Name() == "binary_cross_entropy":
		for j, v := range row {
			p[j] = 1 / (1 + math.Exp(-float64(v)))
		}
	default:
		for j, v := range row {
			p[j] = float64(v)
		}
	}
	return p
}

func writePredictions(w io.Writer, target *data.Target, list []Prediction) error {
	out := csv.NewWriter(w)
	names := target.AllNames()
	header := names
	if target.Task == data.Classification {
		header = []string{target.Name}
		for _, c := range target.Classes {
			header = append(header, "p("+c+")")
		}
	}
	perStep := len(list) > 0 && list[0].Steps != nil
	if perStep {
		header = append([]string{"sequence", "step"}, header...)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	if !perStep {
		return writeRecords(out, target, list, nil)
	}
	for i, p := range list {
		if err := writeRecords(out, target, p.Steps, []string{strconv.Itoa(i + 1), ""}); err != nil {
			return err
		}
	}
	return nil
}

// writeRecords writes a line for each prediction, after what before has: the
// number of the sequence, and room for that of the step.
func writeRecords(out *csv.Writer, target *data.Target, list []Prediction, before []string) error {
	names := target.AllNames()
	for i, p := range list {
		record := slices.Clone(before)
		if before != nil {
			record[1] = strconv.Itoa(i + 1)
		}
		if target.Task == data.Classification {
			record = append(record, p.Class)
			for _, c := range target.Classes {
				record = append(record, strconv.FormatFloat(p.Probabilities[c], 'g', 6, 64))
			}
		} else {
			for _, n := range names {
				record = append(record, strconv.FormatFloat(p.Values[n], 'g', 8, 64))
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// defaultLoss is the loss of a spec that names none.
func defaultLoss(task data.Task) string {
	if task == data.Classification {
		return "cross_entropy"
	}
	return "mse"
}
