package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

type golden struct {
	Shape  []int
	Values []float64
}

func goldens(t *testing.T) map[string]golden {
	t.Helper()
	text, err := os.ReadFile("testdata/npy/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]golden{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Every element type, both byte orders, both memory orders and all versions,
// as NumPy writes them.
func TestNPYAgainstNumPy(t *testing.T) {
	for name, want := range goldens(t) {
		if name == "npz" {
			continue
		}
		a, err := openNPY(filepath.Join("testdata/npy", name+".npy"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Equal(a.dims, want.Shape) {
			t.Errorf("%s: shape %v, want %v", name, a.dims, want.Shape)
		}
		for i, v := range want.Values {
			if a.data[i] != tensor.Float(v) {
				t.Errorf("%s: element %d is %v, want %v", name, i, a.data[i], v)
			}
		}
	}
}

func TestNPZAgainstNumPy(t *testing.T) {
	want := goldens(t)["npz"]
	for _, name := range []string{"plain", "packed"} {
		d, s, err := LoadNPZ("testdata/npy/"+name+".npz", Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want.Values {
			if d.X.Data[i] != tensor.Float(v) {
				t.Fatalf("%s: X[%d] is %v, want %v", name, i, d.X.Data[i], v)
			}
		}
		if !slices.Equal(d.Classes, []string{"3", "4", "5", "6"}) || d.Y.Data[5] != 1 || s.Target.Position != -1 {
			t.Errorf("%s: classes %v, Y[5] %v", name, d.Classes, d.Y.Data[5])
		}
		again, err := s.ReadExamples("testdata/npy/" + name + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.X.Data, d.X.Data) || !slices.Equal(again.Y.Data, d.Y.Data) {
			t.Errorf("%s: the schema reads other rows", name)
		}
	}
}

func npy(header string, body int) []byte {
	return append([]byte(fmt.Sprintf("\x93NUMPY\x01\x00%c%c%s", len(header)%256, len(header)/256, header)), make([]byte, body)...)
}

func TestNPYErrors(t *testing.T) {
	good := "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "cut short"},
		{[]byte("PK\x03\x04aaaaaaa"), "not an .npy file"},
		{[]byte("\x93NUMPY\x09\x00aaaaaaa"), "version 9.0"},
		{[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "a header of 4294967295 bytes"},
		{npy(good, 15), "cut short: the shape [2, 2] promises 4 elements of 4 bytes"},
		{npy(good, 17), "bytes after the end"},
		{npy("{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", 4), `element type "<f2"`},
		{npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 4), `element type "|O"`},
		{npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8), `key "descr" twice`},
		{npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", 8), "expected False"},
		{npy("{'descr': '<f4', 'fortran_order': False}", 8), `no key "shape"`},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", 8), `unknown key "x"`},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", 8), "expected a dimension"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2)}", 8), "no elements"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000, 100000)}", 8), "more than"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1)}", 4), "6 dimensions"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} 7", 4), "after the closing brace"},
		{append(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 4), 0, 0, 0xc0, 0x7f), "element 1 is NaN"},
		{npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,)}", 8), "cut short"}, // and does not allocate
	} {
		_, err := readNPY(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.90q: error %v, want %q", c.file, err, c.want)
		}
	}
}

func TestNPYTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.npy")
	file := npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", 0)
	if err := os.WriteFile(path, append(file, 1, 2, 3, 4, 5, 9), 0o644); err != nil {
		t.Fatal(err)
	}
	d, s, err := LoadNPY(path, Options{Target: "column_2"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.X.Data, []tensor.Float{1, 3, 4, 9}) || !slices.Equal(d.Y.Data, []tensor.Float{2, 5}) || d.Task != Regression {
		t.Errorf("X %v, Y %v", d.X.Data, d.Y.Data)
	}
	again, err := s.ReadInputs(path)
	if err != nil || !slices.Equal(again.X.Data, d.X.Data) || again.Y != nil {
		t.Errorf("the schema reads %v, %v", again, err)
	}
	_, _, err = LoadNPY(path, Options{Target: "colum_2"})
	if want := `no column "colum_2"; did you mean "column_2"?`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func FuzzNPY(f *testing.F) {
	f.Add(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16))
	f.Add(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (), }", 2))
	f.Fuzz(func(t *testing.T, file []byte) {
		if a, err := readNPY(bytes.NewReader(file)); err == nil {
			if n, _ := volume(a.dims); n != len(a.data) {
				t.Errorf("shape %v with %d elements", a.dims, len(a.data))
			}
		}
	})
}
