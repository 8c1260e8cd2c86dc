package experiment

import (
	_ "embed"
	"strings"
)

//go:embed builtin/digits-sigmoid.yaml
var builtinExample string

// The line of the built-in example that the second act changes.
const (
	sickLine   = "  - dense: {units: 64, activation: sigmoid}"
	curedLine  = "  - dense: {units: 64, activation: tanh}"
	actOneName = "digits-sigmoid.yaml"
	actTwoName = "digits-tanh.yaml"
)

// Example is the built-in main job: the same network twice, with one line
// between not learning and learning.
type Example struct {
	Before, After        *Spec
	LineBefore, LineNext string // the line that differs
}

// BuiltinExample returns the built-in example: ten hidden layers of sigmoids
// that do not learn, and the same with one line changed.
func BuiltinExample() (Example, error) {
	ex := Example{LineBefore: strings.TrimSpace(sickLine), LineNext: strings.TrimSpace(curedLine)}
	var err error
	if ex.Before, err = ParseSpec(actOneName, []byte(builtinExample)); err != nil {
		return ex, err
	}
	cured := strings.Replace(builtinExample, sickLine, curedLine, 1)
	cured = strings.Replace(cured, "ten hidden layers of sigmoids", "ten hidden layers of tanh", 1)
	ex.After, err = ParseSpec(actTwoName, []byte(cured))
	return ex, err
}
