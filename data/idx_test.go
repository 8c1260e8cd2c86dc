package data

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

var (
	twoImages = []byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102}
	twoLabels = []byte{0, 0, 8, 1, 0, 0, 0, 2, 7, 5}
)

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestIDXPair(t *testing.T) {
	for _, packed := range []bool{false, true} {
		x, y := write(t, "i-idx3-ubyte", twoImages), write(t, "l-idx1-ubyte", twoLabels)
		if packed {
			x, y = write(t, "i-idx3-ubyte.gz", zipped(twoImages)), write(t, "l-idx1-ubyte.gz", zipped(twoLabels))
		}
		d, _, s, err := Open(Source{Images: x, Labels: y}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := []tensor.Float{0, 1, 51. / 255, 102. / 255}; !slices.Equal(d.X.Data, want) {
			t.Errorf("X %v, want %v", d.X.Data, want)
		}
		if !slices.Equal(d.Y.Data, []tensor.Float{1, 0}) || !slices.Equal(d.Classes, []string{"5", "7"}) {
			t.Errorf("Y %v of %v", d.Y.Data, d.Classes)
		}
		again, err := s.ReadInputs(x)
		if err != nil || !slices.Equal(again.X.Data, d.X.Data) {
			t.Errorf("the schema reads %v, %v", again, err)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	flipped := func(at int) []byte {
		b := zipped(twoImages)
		b[len(b)-at] ^= 4
		return b
	}
	change := func(at int, v byte) []byte {
		b := slices.Clone(twoImages)
		b[at] = v
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"a", nil, "cut short: no IDX header"},
		{"a", twoImages[:9], "cut short: 3 dimensions"},
		{"a", twoImages[:19], "cut short: the shape [2, 1, 2] promises 4 bytes, found 3"},
		{"a", append(slices.Clone(twoImages), 1), "bytes after the end"},
		{"a", change(0, 1), "not an IDX file"},
		{"a", change(2, 13), "elements of type 0x0d"},
		{"a", twoLabels, "of 1 dimensions, expected 3"},
		{"a", change(7, 0), "no elements"},
		{"a", slices.Concat(twoImages[:4], bytes.Repeat([]byte{255}, 12)), "more than 2147483648 elements"},
		{"a", slices.Concat(twoImages[:4], []byte{127, 255, 255, 0, 0, 0, 0, 1, 0, 0, 0, 1}), "cut short"}, // without allocating 2 GB
		{"a.gz", twoImages, "not a gzip file"},
		{"a.gz", zipped(twoImages)[:25], "the gzip file is cut short"},
		{"a.gz", flipped(6), "damaged"},
	} {
		path := write(t, c.name, c.file)
		_, err := openImages(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	_, _, err := LoadIDX(write(t, "x", twoImages), write(t, "y", append(slices.Clone(twoLabels[:7]), 1, 3)), Options{})
	if err == nil || !strings.Contains(err.Error(), "has 1 labels, and") {
		t.Errorf("error %v", err)
	}
}

// A flipped bit anywhere in a packed file is noticed, unless it is one of those
// that fill up the last byte of the data and change nothing.
func TestIDXEveryBitFlip(t *testing.T) {
	good := zipped(twoLabels)
	for i := 10; i < len(good); i++ { // after the header
		for bit := range 8 {
			b := slices.Clone(good)
			b[i] ^= 1 << bit
			r, err := unpack(bytes.NewReader(b))
			var labels []byte
			if err == nil {
				_, labels, err = readIDX(r, 1)
			}
			if err == nil && !bytes.Equal(labels, twoLabels[8:]) {
				t.Fatalf("bit %d of byte %d was flipped and nothing noticed", bit, i)
			}
		}
	}
}

func TestGzipBomb(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 300 {
		w.Write(make([]byte, 1<<20))
	}
	w.Close()
	r, err := unpack(&packed)
	if err != nil {
		t.Fatal(err)
	}
	_, err = newCSVScanner(r, "bomb.csv.gz").row()
	if err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
		t.Errorf("error %v", err)
	}
	n := int64(0)
	buf := make([]byte, 1<<20)
	for err = nil; err == nil; {
		var k int
		k, err = r.Read(buf)
		n += int64(k)
	}
	if !strings.Contains(err.Error(), "refused") || n > freeUnpacked {
		t.Errorf("read %d bytes, then %v", n, err)
	}
}

func TestFashionMNIST(t *testing.T) {
	const dir = "/usr/share/datasets/fashion-mnist"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no Fashion-MNIST on this machine (Debian: dataset-fashion-mnist)")
	}
	if testing.Short() {
		t.Skip("reads 70,000 images")
	}
	train, test, s, err := Open(Source{Path: dir}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if train.X.ShapeString() != "[60000, 784]" || test.X.ShapeString() != "[10000, 784]" || len(s.Target.Classes) != 10 {
		t.Errorf("train %s, test %s, classes %v", train.X.ShapeString(), test.X.ShapeString(), s.Target.Classes)
	}
	for _, d := range []*Dataset{train, test} { // balanced, as its authors say
		count := make([]int, 10)
		for _, c := range d.Y.Data {
			count[int(c)]++
		}
		for c, n := range count {
			if n != d.Len()/10 {
				t.Errorf("%s has %d rows of class %d", d.Name, n, c)
			}
		}
	}
	if want := tensor.Float(9); train.Y.Data[0] != want { // the ankle boot that every tutorial shows
		t.Errorf("first label %v, want %v", train.Y.Data[0], want)
	}
}

func TestFolderWithoutFiles(t *testing.T) {
	_, _, _, err := Open(Source{Path: t.TempDir()}, Options{})
	if err == nil || !strings.Contains(err.Error(), "train-images-idx3-ubyte (or with .gz) is not there") {
		t.Errorf("error %v", err)
	}
}

func FuzzIDX(f *testing.F) {
	f.Add(twoImages, 3)
	f.Add(twoLabels, 1)
	f.Fuzz(func(t *testing.T, file []byte, rank int) {
		if rank != 1 && rank != 3 {
			return
		}
		if dims, pixels, err := readIDX(bytes.NewReader(file), rank); err == nil {
			if n, _ := volume(dims); n != len(pixels) {
				t.Errorf("shape %v with %d pixels", dims, len(pixels))
			}
		}
	})
}
