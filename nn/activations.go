package nn

import (
	"fmt"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/tensor"
)

// DefaultLeakySlope is the usual slope of a leaky ReLU below zero, PyTorch's.
const DefaultLeakySlope = 0.01

// NewIdentity returns φ(z) = z, φ′ = 1.
func NewIdentity() *Activation {
	return &Activation{phi: phi{"identity", linearForward, linearBackward, 1, 1, false}}
}

// NewLinear returns φ(z) = slope·z, φ′ = slope.
func NewLinear(slope float64) *Activation {
	return &Activation{phi: phi{"linear", linearForward, linearBackward, tensor.Float(slope), math.Abs(slope), false}}
}

// NewSigmoid returns φ(z) = 1/(1+e⁻ᶻ), φ′ = φ(1−φ) ≤ ¼.
func NewSigmoid() *Activation {
	return &Activation{phi: phi{"sigmoid", sigmoidForward, sigmoidBackward, 0, 0.25, true}}
}

// NewTanh returns φ(z) = tanh z, φ′ = 1−φ² ≤ 1.
func NewTanh() *Activation {
	return &Activation{phi: phi{"tanh", tanhForward, tanhBackward, 0, 1, true}}
}

// NewReLU returns φ(z) = max(z, 0); φ′(0) is taken as 0, as PyTorch does.
func NewReLU() *Activation {
	return &Activation{phi: phi{"relu", reluForward, reluBackward, 0, 1, true}}
}

// NewLeakyReLU returns φ(z) = z for z > 0 and slope·z otherwise (Maas et al.
// 2013). [DefaultLeakySlope] is the usual slope.
func NewLeakyReLU(slope float64) *Activation {
	return &Activation{phi: phi{"leaky_relu", leakyForward, leakyBackward, tensor.Float(slope), max(1, math.Abs(slope)), false}}
}

// NewELU returns φ(z) = z for z > 0 and eᶻ−1 otherwise (Clevert et al. 2016,
// α = 1), φ′ ≤ 1.
func NewELU() *Activation {
	return &Activation{phi: phi{"elu", eluForward, eluBackward, 0, 1, false}}
}

// NewSELU returns φ(z) = λz for z > 0 and λα(eᶻ−1) otherwise, with λ ≈ 1.0507
// and α ≈ 1.6733 (Klambauer et al. 2017). sup φ′ = λα ≈ 1.7581, just below 0.
func NewSELU() *Activation {
	return &Activation{phi: phi{"selu", seluForward, seluBackward, 0, seluLambda * seluAlpha, false}}
}

// NewGELU returns φ(z) = z·Φ(z) with the exact normal distribution function Φ
// (Hendrycks and Gimpel 2016), not its tanh approximation.
//
// φ″ = N(z)·(2−z²) with the normal density N, so φ′ is largest at z = √2:
// sup φ′ = ½(1+erf 1) + e⁻¹/√π ≈ 1.1289.
func NewGELU() *Activation {
	sup := 0.5*(1+math.Erf(1)) + math.Exp(-1)/math.Sqrt(math.Pi)
	return &Activation{phi: phi{"gelu", geluForward, geluBackward, 0, sup, false}}
}

// NewSoftplus returns φ(z) = ln(1+eᶻ), φ′ = sigmoid(z) < 1.
func NewSoftplus() *Activation {
	return &Activation{phi: phi{"softplus", softplusForward, softplusBackward, 0, 1, false}}
}

// NewHardSigmoid returns φ(z) = min(max(z+3, 0), 6)/6, PyTorch's Hardsigmoid;
// φ′ is 1/6 between −3 and 3 and 0 elsewhere.
func NewHardSigmoid() *Activation {
	return &Activation{phi: phi{"hard_sigmoid", hardSigmoidForward, hardSigmoidBackward, 0, 1.0 / 6, false}}
}

// NewExponential returns φ(z) = eᶻ, whose φ′ has no bound.
func NewExponential() *Activation {
	return &Activation{phi: phi{"exponential", expForward, expBackward, 0, math.Inf(1), false}}
}

// NewStep returns φ(z) = 1 for z > 0 and 0 otherwise. Its derivative is 0
// everywhere, so nothing below it can be trained: it is for forward passes.
func NewStep() *Activation {
	return &Activation{phi: phi{"step", stepForward, stepBackward, 0, 0, false}}
}

// ActivationNames returns the names that [NewActivation] knows.
func ActivationNames() []string {
	return []string{
		"identity", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu",
		"gelu", "softplus", "hard_sigmoid", "exponential", "softmax", "step",
	}
}

// NewActivation returns the activation of the given name. slope is used by
// linear (0: the default 1) and leaky_relu (0: [DefaultLeakySlope]) alone. The
// error names an unknown name and all known ones.
func NewActivation(name string, slope float64) (Layer, error) {
	switch name {
	case "identity":
		return NewIdentity(), nil
	case "linear":
		if slope == 0 {
			slope = 1
		}
		return NewLinear(slope), nil
	case "sigmoid":
		return NewSigmoid(), nil
	case "tanh":
		return NewTanh(), nil
	case "relu":
		return NewReLU(), nil
	case "leaky_relu":
		if slope == 0 {
			slope = DefaultLeakySlope
		}
		return NewLeakyReLU(slope), nil
	case "elu":
		return NewELU(), nil
	case "selu":
		return NewSELU(), nil
	case "gelu":
		return NewGELU(), nil
	case "softplus":
		return NewSoftplus(), nil
	case "hard_sigmoid":
		return NewHardSigmoid(), nil
	case "exponential":
		return NewExponential(), nil
	case "softmax":
		return NewSoftmax(), nil
	case "step":
		return NewStep(), nil
	}
	return nil, fmt.Errorf("unknown activation %q; known are %s", name, strings.Join(ActivationNames(), ", "))
}
