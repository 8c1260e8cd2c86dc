package loss

import "github.com/ebb-ml/ebb/tensor"

// mean returns the mean of f(prediction, target) over all elements of pred,
// summed in float64 in the order of the elements. It is for the losses and the
// forms of targets that have no loop of their own in package kernel.
func mean(name string, f func(p, t float64) float64, pred, target *tensor.Tensor) float64 {
	sum := 0.0
	switch formOf(pred.Shape(), target) {
	case elements:
		for i, p := range pred.Data {
			sum += f(float64(p), float64(target.Data[i]))
		}
	case classes:
		for r, v := range target.Data {
			row := pred.Row(r)
			c := mustClass(name, v, len(row))
			for j, p := range row {
				sum += f(float64(p), oneHot(j, c))
			}
		}
	default:
		panicShapes(name, pred, target)
	}
	return sum / float64(pred.Len())
}

// meanGradient writes the gradient of [mean], given df = ∂f/∂p.
func meanGradient(name string, df func(p, t float64) float64, dpred, pred, target *tensor.Tensor) {
	checkGradient(name, dpred, pred)
	scale := 1 / float64(pred.Len())
	switch formOf(pred.Shape(), target) {
	case elements:
		for i, p := range pred.Data {
			dpred.Data[i] = tensor.Float(df(float64(p), float64(target.Data[i])) * scale)
		}
	case classes:
		cols := pred.Cols()
		for r, v := range target.Data {
			c := mustClass(name, v, cols)
			d := dpred.Data[r*cols : (r+1)*cols]
			for j, p := range pred.Row(r) {
				d[j] = tensor.Float(df(float64(p), oneHot(j, c)) * scale)
			}
		}
	default:
		panicShapes(name, pred, target)
	}
}

func oneHot(j, class int) float64 {
	if j == class {
		return 1
	}
	return 0
}
