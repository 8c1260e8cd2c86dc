package flow

import (
	"encoding/json"
	"math"
)

// Thin returns at most n of the points, the first and the last among them and
// the others at lags of about equal ratio; all where they are no more. n is at
// least 2.
func Thin(points []TimePoint, n int) []TimePoint {
	if len(points) <= n {
		return points
	}
	last := float64(len(points) - 1)
	list, before := []TimePoint{points[0]}, 0
	for i := 1; i < n; i++ {
		lag := int(math.Round(math.Pow(last+1, float64(i)/float64(n-1)))) - 1
		if lag > before { // the first lags are closer than one
			list = append(list, points[lag])
			before = lag
		}
	}
	return list
}

type pointJSON struct {
	Lag     int    `json:"lag"`
	Norm    Number `json:"norm"`
	Decades Number `json:"decades"`
	Hidden  Number `json:"hidden"`
	Cell    Number `json:"cell"`
	Gain    Number `json:"gain"`
	Phi     Number `json:"phi"`
	W       Number `json:"w"`
	Keep    Number `json:"keep"`
	Path    Number `json:"path"`
	Share   Number `json:"share"`
}

// MarshalJSON writes null for what is not finite.
func (p TimePoint) MarshalJSON() ([]byte, error) {
	return json.Marshal(pointJSON{p.Lag, Number(p.Norm), Number(p.Decades), Number(p.Hidden), Number(p.Cell), Number(p.Gain),
		Number(p.Phi), Number(p.W), Number(p.Keep), Number(p.Path), Number(p.Share)})
}

// UnmarshalJSON reads what MarshalJSON wrote; null becomes −Inf for the decades
// of a norm of zero, +Inf for a norm and NaN elsewhere.
func (p *TimePoint) UnmarshalJSON(b []byte) error {
	var j pointJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*p = TimePoint{Lag: j.Lag, Norm: infinite(j.Norm), Decades: float64(j.Decades), Hidden: float64(j.Hidden), Cell: float64(j.Cell),
		Gain: float64(j.Gain), Phi: float64(j.Phi), W: float64(j.W), Keep: float64(j.Keep), Path: float64(j.Path), Share: float64(j.Share)}
	if p.Norm == 0 {
		p.Decades = math.Inf(-1)
	}
	return nil
}

// infinite is +Inf where JSON had null.
func infinite(n Number) float64 {
	if math.IsNaN(float64(n)) {
		return math.Inf(1)
	}
	return float64(n)
}

type curveJSON struct {
	Where        string      `json:"where"`
	Cell         string      `json:"cell"`
	Phi          string      `json:"phi"`
	AtLast       bool        `json:"at_last"`
	Steps        int         `json:"steps"`
	Lambda       Number      `json:"lambda"`
	Defined      int         `json:"defined"`
	Horizon      Number      `json:"horizon"`
	Extrapolated bool        `json:"extrapolated"`
	Ends         int         `json:"ends"`
	Overflow     int         `json:"overflow"`
	Limits       *StepBound  `json:"limits"`
	Points       []TimePoint `json:"points"`
}

// MarshalJSON writes null for what is not finite, such as a horizon that no lag
// reaches.
func (c TimeCurve) MarshalJSON() ([]byte, error) {
	return json.Marshal(curveJSON{c.Where, c.Cell, c.Phi, c.AtLast, c.Steps(), Number(c.Lambda), c.Defined, Number(c.Horizon),
		c.Extrapolated, c.Ends, c.Overflow, c.Limits, c.Points})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *TimeCurve) UnmarshalJSON(b []byte) error {
	var j curveJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*c = TimeCurve{Where: j.Where, Cell: j.Cell, Phi: j.Phi, AtLast: j.AtLast, Points: j.Points, Lambda: float64(j.Lambda),
		Defined: j.Defined, Horizon: float64(j.Horizon), Extrapolated: j.Extrapolated, Ends: j.Ends, Overflow: j.Overflow, Limits: j.Limits}
	if math.IsNaN(c.Lambda) && len(c.Points) > 0 && c.Points[0].Norm > 0 && c.Points[0].Gain == 0 {
		c.Lambda = math.Inf(-1)
	}
	if len(c.Points) > 0 && c.Points[0].Norm > 0 {
		c.Horizon = infinite(j.Horizon)
	}
	return nil
}

type stepBoundJSON struct {
	Where    string `json:"where"`
	Rho      Number `json:"rho"`
	SigmaMax Number `json:"sigma_max"`
	Phi      Number `json:"sup_phi"`
	Gain     Number `json:"gain"`
	Proves   bool   `json:"proves"`
}

// MarshalJSON writes null for what is not finite: where there is no bound.
func (b StepBound) MarshalJSON() ([]byte, error) {
	return json.Marshal(stepBoundJSON{b.Where, Number(b.Rho), Number(b.SigmaMax), Number(b.Phi), Number(b.Gain), b.Proves()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *StepBound) UnmarshalJSON(raw []byte) error {
	var j stepBoundJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*b = StepBound{j.Where, float64(j.Rho), infinite(j.SigmaMax), infinite(j.Phi), infinite(j.Gain)}
	return nil
}
