package modelfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// raw puts a file together from its parts.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestReadsWhatPythonWrote(t *testing.T) {
	f, err := Read("testdata/golden.safetensors") // by testdata/golden.py
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata["글"] != "기울기" || f.Metadata["format"] != "pt" {
		t.Errorf("metadata %v", f.Metadata)
	}
	m := []tensor.Float{1.5, -2, 0, 0.25, 3, -0.5}
	i := []tensor.Float{-3, 0, 7}
	inf := tensor.Float(math.Inf(1))
	want := map[string][]tensor.Float{
		"f64": m, "f32": m, "f16": m, "bf16": m, "i64": i, "i32": i, "i16": i, "i8": i,
		"u8": {0, 200, 255}, "bool": {1, 0, 1}, "scalar": {4}, "empty": {},
		"half_edges": {0x1p-24, -65504, inf, tensor.Float(1023 * 0x1p-24)},
	}
	if len(f.Tensors) != len(want) {
		t.Errorf("%d tensors, want %d", len(f.Tensors), len(want))
	}
	for name, w := range want {
		if got := f.Tensor(name); got == nil || !slices.Equal(got.Floats(), w) {
			t.Errorf("%s: got %v, want %v", name, got, w)
		}
	}
	if s := f.Tensor("empty").Shape; !slices.Equal(s, []int{0, 3}) {
		t.Errorf("shape of empty %v", s)
	}
	if v, err := f.Tensor("i64").Ints(); err != nil || !slices.Equal(v, []int64{-3, 0, 7}) {
		t.Errorf("Ints %v %v", v, err)
	}
	if _, err := f.Tensor("i32").Ints(); err == nil {
		t.Error("Ints of an I32 tensor gave no error")
	}
}

func TestRefusesWithTheReason(t *testing.T) {
	one := `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	cases := []struct {
		name, header string
		data         int
		want         []string
	}{
		{"no JSON", `hello`, 0, []string{"begin with {"}},
		{"empty header", ``, 0, []string{"begin with {"}},
		{"leading space", ` {}`, 0, []string{"begin with {"}},
		{"cut JSON", `{"a":{"dtype"`, 0, []string{"unexpected EOF"}},
		{"JSON error", `{"a" 1}`, 0, []string{"invalid character"}},
		{"tensor is a number", `{"a":1}`, 0, []string{`"a"`, "got 1"}},
		{"two tensors of a name", one + `,"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`, 16, []string{`"a" appears twice`}},
		{"two keys of metadata", `{"__metadata__":{"k":"1","k":"2"}}`, 0, []string{`"k" appears twice`}},
		{"two metadata", `{"__metadata__":{},"__metadata__":{}}`, 0, []string{"appears twice"}},
		{"metadata not text", `{"__metadata__":{"k":1}}`, 0, []string{"__metadata__", "want a string"}},
		{"two dtypes", `{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8, []string{`"a"`, `"dtype" appears twice`}},
		{"two shapes", `{"a":{"dtype":"F32","shape":[],"shape":[2],"data_offsets":[0,8]}}`, 8, []string{`"a"`, `"shape" appears twice`}},
		{"unknown key", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}`, 8, []string{`"a"`, `unknown key "x"`}},
		{"no shape", `{"a":{"dtype":"F32","data_offsets":[0,8]}}`, 8, []string{`"a"`, "needs dtype, shape"}},
		{"unknown dtype", `{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}`, 8, []string{`"a"`, `"F31"`, "BF16"}},
		{"negative shape", `{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, 8, []string{`"a"`, "-2"}},
		{"fraction in shape", `{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, 8, []string{`"a"`, "2.0"}},
		{"shape too large a number", `{"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}`, 8, []string{`"a"`, "18446744073709551618"}},
		{"shape overflows", `{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0, []string{`"a"`, "overflows"}},
		{"shape overflows beside a zero", `{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}`, 0, []string{`"a"`, "overflows"}},
		{"three offsets", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}`, 8, []string{`"a"`, "3 numbers"}},
		{"offsets reversed", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8, []string{`"a"`, "not within"}},
		{"offsets outside", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 7, []string{`"a"`, "not within the 7 bytes"}},
		{"shape against offsets", `{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8, []string{`"a"`, "needs 12 bytes", "give 8"}},
		{"overlap", one + `,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12, []string{`"b"`, `overlaps "a"`}},
		{"hole", one + `,"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16, []string{`"b"`, "hole after byte 8"}},
		{"hole at the beginning", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8, []string{`"a"`, "hole"}},
		{"trailing bytes", one + `}`, 11, []string{"3 bytes follow"}},
		{"not UTF-8", "{\"\xff\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, []string{"UTF-8"}},
		{"text after the JSON", `{}  x`, 0, []string{"byte 4", "only spaces"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(raw(c.header, c.data))
			if err == nil {
				t.Fatal("accepted")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
		})
	}
}

func TestRefusesHeaderLengths(t *testing.T) {
	for _, b := range [][]byte{nil, {1, 2, 3}, bytes.Repeat([]byte{255}, 16), {9, 0, 0, 0, 0, 0, 0, 0, '{', '}'}} {
		if _, err := Parse(b); err == nil || !strings.Contains(err.Error(), "not a safetensors file") {
			t.Errorf("%v: %v", b, err)
		}
	}
	// Even where the file is long enough, the format's limit holds.
	big := make([]byte, maxHeader+16)
	binary.LittleEndian.PutUint64(big, maxHeader+1)
	if _, err := Parse(big); err == nil || !strings.Contains(err.Error(), "at most 100000000") {
		t.Errorf("header above the limit: %v", err)
	}
}

func TestReadNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.safetensors")
	os.WriteFile(path, []byte("short"), 0o666)
	for _, p := range []string{path, path + ".missing", os.DevNull} {
		if _, err := Read(p); err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	golden, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add(raw(`{}`, 0))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}`, 9))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[4611686018427387904,0],"data_offsets":[0,0]}}`, 0))
	f.Add(raw(`{"__metadata__":{"k":"v"}}   `, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		// What is accepted can be decoded, written, and read to be the same.
		for i := range file.Tensors {
			file.Tensors[i].Floats()
		}
		var w bytes.Buffer
		if err := Write(&w, file.Metadata, file.Tensors); err != nil {
			t.Fatalf("accepted but not writable: %v", err)
		}
		again, err := Parse(w.Bytes())
		if err != nil {
			t.Fatalf("written but not readable: %v", err)
		}
		for _, a := range file.Tensors {
			b := again.Tensor(a.Name)
			if b == nil || a.DType != b.DType || !slices.Equal(a.Shape, b.Shape) || !bytes.Equal(a.Data, b.Data) {
				t.Fatalf("tensor %q changed", a.Name)
			}
		}
	})
}
