package data

import (
	"archive/zip"
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// archive returns a zip file of the given entries, name and contents in turn.
func archive(t *testing.T, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: entries[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(entries[i+1]))
	}
	z.Close()
	return b.Bytes()
}

func TestNPZErrors(t *testing.T) {
	bytesOf := func(shape, body string) string {
		return string(npy("{'descr': '|u1', 'fortran_order': False, 'shape': "+shape+"}", 0)) + body
	}
	x, y := bytesOf("(2, 2)", "1234"), bytesOf("(2,)", "12")
	good := archive(t, "X.npy", x, "y.npy", y)
	damaged := slices.Clone(good)
	damaged[bytes.Index(damaged, []byte("1234"))] ^= 1
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "zip: not a valid zip file"},
		{good[:len(good)-9], "zip: not a valid zip file"},
		{damaged, "array X: the file is damaged: wrong checksum"},
		{archive(t, "x.npy", x), "no array Y; known are"},
		{archive(t, "images.npy", x, "y.npy", y), "no array X"},
		{archive(t, "x.npy", x, "X.npy", x, "y.npy", y), "the array X is there twice"},
		{archive(t, "x.npy", x, "y.npy", bytesOf("(3,)", "123")), "Y has the shape [3], expected [2]"},
		{archive(t, "x.npy", x, "y.npy", bytesOf("(2,)", "11")), "one class only"},
		{archive(t, "x.npy", y, "y.npy", y), "X has the shape [2], expected [rows, features]"},
		{archive(t, "x.npy", "nonsense", "y.npy", y), "array X: not an .npy file"},
	} {
		path := write(t, "a.npz", c.file)
		_, _, err := LoadNPZ(path, Options{Task: AsClassification})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	d, _, err := LoadNPZ(write(t, "a.npz", archive(t, "x.npy", x, "y.npy", x)), Options{})
	if err != nil || d.Y.ShapeString() != "[2, 2]" || !slices.Equal(d.Targets, []string{"y_1", "y_2"}) {
		t.Errorf("two targets: %+v, %v", d, err)
	}
}

func FuzzNPZ(f *testing.F) {
	for _, name := range []string{"plain", "packed"} {
		file, err := os.ReadFile("testdata/npy/" + name + ".npz")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		if a, err := pick(z, "X"); err == nil {
			if n, _ := volume(a.dims); n != len(a.data) {
				t.Errorf("shape %v with %d elements", a.dims, len(a.data))
			}
		}
	})
}
