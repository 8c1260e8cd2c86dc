package flow

import (
	"encoding/json"
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// Row is one backward stage, measured. Depth 0 is the main chain, whose gains
// multiply to the whole; rows of greater depth are inside a container or are
// one path of a branch.
type Row struct {
	Where   string   // site of the layer
	Stage   nn.Stage // factor of the chain rule
	Depth   int      //
	In      float64  // ‖gradient that came in‖
	Out     float64  // ‖gradient that went out‖
	Gain    float64  // Out / In
	Decades float64  // log₁₀ Gain; -Inf when nothing came out
	SoFar   float64  // Out / ‖∂J/∂h_L‖
	Bound   float64  // what Gain can't exceed for any input; +Inf if there is none
	Zeros   float64  // share of elements that are exactly zero
}

// Number is a float64 in JSON, which has no NaN and no infinity: both are null,
// and null comes back as NaN.
type Number float64

// MarshalJSON writes null for what is not finite.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

type rowJSON struct {
	Where   string   `json:"where"`
	Stage   nn.Stage `json:"stage"`
	Depth   int      `json:"depth"`
	In      Number   `json:"in"`
	Out     Number   `json:"out"`
	Gain    Number   `json:"gain"`
	Decades Number   `json:"decades"`
	SoFar   Number   `json:"so_far"`
	Bound   Number   `json:"bound"`
	Zeros   Number   `json:"zeros"`
}

// MarshalJSON writes null for a number that is not finite, such as the decades
// of a gain of zero and the bound where there is none.
func (r Row) MarshalJSON() ([]byte, error) {
	return json.Marshal(rowJSON{r.Where, r.Stage, r.Depth, Number(r.In), Number(r.Out), Number(r.Gain),
		Number(r.Decades), Number(r.SoFar), Number(r.Bound), Number(r.Zeros)})
}

// UnmarshalJSON reads what MarshalJSON wrote; null becomes -Inf for the decades
// of a gain of zero, +Inf for a bound and NaN elsewhere.
func (r *Row) UnmarshalJSON(b []byte) error {
	var j rowJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*r = Row{j.Where, j.Stage, j.Depth, float64(j.In), float64(j.Out), float64(j.Gain),
		float64(j.Decades), float64(j.SoFar), float64(j.Bound), float64(j.Zeros)}
	if r.Gain == 0 {
		r.Decades = math.Inf(-1)
	}
	if math.IsNaN(r.Bound) {
		r.Bound = math.Inf(1)
	}
	return nil
}
