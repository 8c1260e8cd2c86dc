package nn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/tensor"
)

// Init is a named initializer. Normal distributions are not truncated.
//
//	glorot_uniform  U(±√(6/(in+out)))  Glorot and Bengio 2010
//	glorot_normal   N(0, 2/(in+out))
//	he_uniform      U(±√(6/in))        He et al. 2015
//	he_normal       N(0, 2/in)
//	lecun_uniform   U(±√(3/in))        LeCun et al. 1998
//	lecun_normal    N(0, 1/in)
//	orthogonal      orthonormal rows or columns, whichever are fewer, times a gain; Saxe et al. 2014
//	identity        a gain on the diagonal
//	zeros
//	pytorch         U(±1/√in), what torch.nn.Linear gives weight and bias
//	constant        Value
//	normal          N(0, Value²)
//	uniform         U(±Value)
type Init struct {
	Name  string
	Value float64 // of constant, normal and uniform; the gain of orthogonal and identity, where 0 is 1
}

// gain returns what orthogonal and identity are multiplied by.
func (i Init) gain() float64 {
	if i.Value == 0 {
		return 1
	}
	return i.Value
}

// InitNames returns the names that [NewInit] knows.
func InitNames() []string {
	return []string{
		"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
		"orthogonal", "identity", "zeros", "pytorch", "constant", "normal", "uniform",
	}
}

// NewInit returns the initializer of the given name. The error names an unknown
// name and all known ones, or a value that is not finite, or a negative standard
// deviation or limit.
func NewInit(name string, value float64) (Init, error) {
	if !slices.Contains(InitNames(), name) {
		return Init{}, fmt.Errorf("unknown initializer %q; known are %s", name, strings.Join(InitNames(), ", "))
	}
	switch name {
	case "constant", "normal", "uniform", "orthogonal", "identity":
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return Init{}, fmt.Errorf("initializer %s: the value must be finite, got %v", name, value)
		}
		if value < 0 && (name == "normal" || name == "uniform") {
			return Init{}, fmt.Errorf("initializer %s: the value must not be negative, got %v", name, value)
		}
		return Init{name, value}, nil
	}
	return Init{Name: name}, nil
}

// Apply fills t for a layer of fanIn inputs and fanOut outputs. A tensor that is
// not a matrix is taken as one of Rows by Cols. It panics for a name that
// [NewInit] does not know.
func (i Init) Apply(t *tensor.Tensor, fanIn, fanOut int, rng *tensor.RNG) {
	in, out := float64(max(fanIn, 1)), float64(max(fanOut, 1))
	switch i.Name {
	case "glorot_uniform":
		fillUniform(t, math.Sqrt(6/(in+out)), rng)
	case "glorot_normal":
		fillNormal(t, math.Sqrt(2/(in+out)), rng)
	case "he_uniform":
		fillUniform(t, math.Sqrt(6/in), rng)
	case "he_normal":
		fillNormal(t, math.Sqrt(2/in), rng)
	case "lecun_uniform":
		fillUniform(t, math.Sqrt(3/in), rng)
	case "lecun_normal":
		fillNormal(t, math.Sqrt(1/in), rng)
	case "pytorch":
		fillUniform(t, 1/math.Sqrt(in), rng)
	case "orthogonal":
		fillOrthogonal(t, i.gain(), rng)
	case "identity":
		clear(t.Data)
		for r := range min(t.Rows(), t.Cols()) {
			t.Row(r)[r] = tensor.Float(i.gain())
		}
	case "zeros":
		clear(t.Data)
	case "constant":
		t.Fill(tensor.Float(i.Value))
	case "normal":
		fillNormal(t, i.Value, rng)
	case "uniform":
		fillUniform(t, i.Value, rng)
	default:
		panic(fmt.Sprintf("nn.Init: unknown initializer %q", i.Name))
	}
}

// DefaultInit returns the initializer of a dense layer's weights that suits the
// activation after it: he_uniform for the relu family (relu, leaky_relu, elu,
// gelu), lecun_normal for selu, glorot_uniform otherwise.
func DefaultInit(activation string) Init {
	switch activation {
	case "relu", "leaky_relu", "elu", "gelu":
		return Init{Name: "he_uniform"}
	case "selu":
		return Init{Name: "lecun_normal"}
	}
	return Init{Name: "glorot_uniform"}
}

// Initialize gives every [Dense] of a model the default weights for the
// activation that follows it, with biases of zero, every [Embedding] N(0, 1), as
// PyTorch does, and every [Recurrent] and [Cell] the defaults of [RecurrentInit].
// Normalizations start at γ = 1, β = 0. Other layers stay as they are.
func Initialize(model Layer, rng *tensor.RNG) {
	if c, ok := model.(Container); ok {
		layers := c.Children()
		for i, l := range layers {
			if d, ok := l.(*Dense); ok {
				following := ""
				if StageOf(c) != StageParallel {
					following = activationAfter(layers[i+1:])
				}
				initDense(d, following, rng)
			} else {
				Initialize(l, rng)
			}
		}
		return
	}
	switch l := model.(type) {
	case *Dense:
		initDense(l, "", rng)
	case *Embedding:
		fillNormal(l.W.Value, 1, rng)
	case *Recurrent:
		l.Initialize(RecurrentInit{}, rng)
	case *Cell:
		l.Initialize(RecurrentInit{}, rng)
	}
}

// activationAfter returns the kind of the first activation with nothing but
// normalizations, dropout and changes of shape before it.
func activationAfter(layers []Layer) string {
	for _, l := range layers {
		switch StageOf(l) {
		case StageActivation:
			return KindOf(l)
		case StageNorm, StageDropout, StageShape:
		default:
			return ""
		}
	}
	return ""
}

func initDense(d *Dense, activation string, rng *tensor.RNG) {
	DefaultInit(activation).Apply(d.W.Value, d.In(), d.Out(), rng)
	if d.B != nil {
		clear(d.B.Value.Data)
	}
}

func fillUniform(t *tensor.Tensor, limit float64, rng *tensor.RNG) {
	for i := range t.Data {
		t.Data[i] = tensor.Float(rng.Uniform(-limit, limit))
	}
}

func fillNormal(t *tensor.Tensor, std float64, rng *tensor.RNG) {
	for i := range t.Data {
		t.Data[i] = tensor.Float(std * rng.Normal())
	}
}

// fillOrthogonal makes the fewer of rows and columns orthonormal: normal vectors
// put through Gram and Schmidt's process, each one twice, which is enough for
// full precision (Giraud et al. 2005). The result, but for the gain, is uniform
// over all such matrices (Mezzadri 2007).
func fillOrthogonal(t *tensor.Tensor, gain float64, rng *tensor.RNG) {
	rows, cols := t.Rows(), t.Cols()
	count, size := rows, cols // count vectors of size elements
	if rows > cols {
		count, size = cols, rows
	}
	basis := make([][]float64, 0, count)
	for len(basis) < count {
		v := make([]float64, size)
		for i := range v {
			v[i] = rng.Normal()
		}
		for range 2 {
			for _, b := range basis {
				axpy(v, -dot(v, b), b)
			}
			norm := math.Sqrt(dot(v, v))
			for i := range v {
				v[i] /= norm
			}
		}
		basis = append(basis, v)
	}
	for r := range rows {
		row := t.Row(r)
		for c := range row {
			if rows > cols {
				row[c] = tensor.Float(gain * basis[c][r])
			} else {
				row[c] = tensor.Float(gain * basis[r][c])
			}
		}
	}
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func axpy(y []float64, a float64, x []float64) {
	for i, v := range x {
		y[i] += a * v
	}
}
