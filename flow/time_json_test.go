package flow_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
)

// same compares a value with what JSON made of it: null is NaN, for NaN and +Inf.
func same(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch x.Kind() {
	case reflect.Float64:
		return x.Float() == y.Float() || math.IsNaN(y.Float()) && (math.IsNaN(x.Float()) || math.IsInf(x.Float(), 1))
	case reflect.Pointer:
		return x.IsNil() == y.IsNil() && (x.IsNil() || same(x.Elem().Interface(), y.Elem().Interface()))
	case reflect.Slice:
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !same(x.Index(i).Interface(), y.Index(i).Interface()) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range x.NumField() {
			if x.Type().Field(i).IsExported() && !same(x.Field(i).Interface(), y.Field(i).Interface()) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func TestCurvesInJSON(t *testing.T) {
	zeros := nn.Init{Name: "zeros"}
	for _, m := range []nn.Layer{
		stacked(last), stacked(nn.RecurrentConfig{}),
		recurrentLayer(nn.NewRNN(6, 8, nn.NewTanh(), last), zeros, glorot, 1, 4),
		recurrentLayer(nn.NewRNN(6, 8, nn.NewIdentity(), last), orthogonal, glorot, 1.1, 4),
		recurrentLayer(nn.NewRNN(6, 8, nn.NewIdentity(), last), orthogonal, zeros, 1e20, 4), // overflows
	} {
		x := ids(30, 4)
		if _, ok := m.(*nn.Recurrent); ok {
			x = sequences(1, 30, 4, 6)
		}
		curves := flow.ThroughTime(m, x, flow.TimeOptions{})
		b, err := json.Marshal(curves)
		if err != nil {
			t.Fatal(err)
		}
		var back []flow.TimeCurve
		if err := json.Unmarshal(b, &back); err != nil || !same(curves, back) || back[0].Horizon != curves[0].Horizon {
			t.Errorf("%v\n%+v\n%+v", err, curves, back)
		}
		// What others rely on: a list of lags.
		var list []map[string]any
		if b, err = json.Marshal(curves[0].Points); err == nil {
			err = json.Unmarshal(b, &list)
		}
		if err != nil || len(list) != 30 || list[7]["lag"] != 7. || !strings.HasPrefix(string(b), `[{"lag":0,"norm":`) {
			t.Errorf("%v %.80s", err, b)
		}
	}
}

func TestThin(t *testing.T) {
	points := make([]flow.TimePoint, 10_000)
	for i := range points {
		points[i].Lag = i
	}
	for _, n := range []int{2, 3, 10, 200, 9_999} {
		list := flow.Thin(points, n)
		if len(list) > n || len(list) < n/3 || list[0].Lag != 0 || list[len(list)-1].Lag != 9_999 {
			t.Errorf("%d of %d: from %d to %d", len(list), n, list[0].Lag, list[len(list)-1].Lag)
		}
		for i := range list[1:] {
			if list[i].Lag >= list[i+1].Lag {
				t.Fatalf("lag %d before %d", list[i].Lag, list[i+1].Lag)
			}
		}
	}
	if got := flow.Thin(points[:5], 5); len(got) != 5 {
		t.Errorf("%d of 5", len(got))
	}
}
