package modelfile

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

func sample() []Tensor {
	return []Tensor{
		Bytes("rng", []byte{1, 2, 3}),
		Floats("w", F32, []int{2, 3}, []tensor.Float{1, 2, 3, 4, 5, -6.5}),
		Ints("step", 1<<40+1),
		Floats("exact", F64, nil, []tensor.Float{0.5}),
	}
}

func TestWriteIsDeterministicAndAligned(t *testing.T) {
	var a, b bytes.Buffer
	list := sample()
	if err := Write(&a, map[string]string{"b": "2", "a": "<1>"}, list); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	if err := Write(&b, map[string]string{"a": "<1>", "b": "2"}, list); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the order of the arguments shows in the file")
	}
	f, err := Parse(a.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata["a"] != "<1>" {
		t.Errorf("metadata %v", f.Metadata)
	}
	at := (a.Len() - 8*2 - 4*6 - 3)
	if at%8 != 0 {
		t.Errorf("data begin at byte %d", at)
	}
	var names []string
	for _, x := range f.Tensors {
		names = append(names, x.Name)
	}
	if want := []string{"exact", "step", "w", "rng"}; !slices.Equal(names, want) {
		t.Errorf("order %v, want %v", names, want)
	}
	if v, _ := f.Tensor("step").Ints(); v[0] != 1<<40+1 {
		t.Errorf("step %v", v)
	}
}

func TestExactKeepsEveryBit(t *testing.T) {
	v := []tensor.Float{tensor.Float(math.Pi), tensor.Float(math.SmallestNonzeroFloat32), tensor.Float(math.Inf(-1)), tensor.Float(math.Copysign(0, -1))}
	x := Floats("x", Exact(), []int{4}, v)
	got := x.Floats()
	for i := range v {
		if math.Float64bits(float64(v[i])) != math.Float64bits(float64(got[i])) {
			t.Errorf("%v became %v", v[i], got[i])
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for want, list := range map[string][]Tensor{
		"two of that name": {Ints("a", 1), Bytes("a", nil)},
		"reserved":         {Bytes("__metadata__", nil)},
		"UTF-8":            {Bytes("\xff", nil)},
		"unknown dtype":    {{Name: "a", DType: "F31"}},
		"does not fit":     {{Name: "a", DType: F32, Shape: []int{2}, Data: make([]byte, 4)}},
	} {
		if err := Write(io.Discard, nil, list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := Write(io.Discard, map[string]string{"k": "\xff"}, nil); err == nil {
		t.Error("metadata that is not UTF-8 was written")
	}
}

func TestWriteFileIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	if err := WriteFile(path, nil, sample()); err != nil {
		t.Fatal(err)
	}
	old, _ := os.ReadFile(path)

	err := WriteAtomic(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<20)) // part of it is on the disk already
		return syscall.ENOSPC
	})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
		t.Errorf("full disk: %v", err)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(old, now) {
		t.Error("the old file changed")
	}
	if err := WriteFile(filepath.Join(dir, "none", "m"), nil, nil); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("missing directory: %v", err)
	}
	// A directory in the place of the file: the rename itself fails.
	taken := filepath.Join(dir, "taken")
	os.MkdirAll(filepath.Join(taken, "x"), 0o777)
	if err := WriteFile(taken, nil, sample()); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("a directory in its place: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp"))
	if len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	os.Chmod(dir, 0o555)
	path := filepath.Join(dir, "m")
	if err := WriteFile(path, nil, nil); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

func TestPythonReadsWhatIsWritten(t *testing.T) {
	python := os.Getenv("EBB_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import safetensors.numpy").Run(); err != nil {
		t.Skip("no Python with safetensors; set EBB_PYTHON")
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := WriteFile(path, map[string]string{"by": "ebb"}, sample()); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys, safetensors
from safetensors.numpy import load_file
d = load_file(sys.argv[1])
print({k: (v.dtype.name, v.tolist()) for k, v in sorted(d.items())}, safetensors.safe_open(sys.argv[1], "np").metadata())`
	out, err := exec.Command(python, "-c", script, path).CombinedOutput()
	want := "{'exact': ('float64', 0.5), 'rng': ('uint8', [1, 2, 3]), 'step': ('int64', [1099511627777]), " +
		"'w': ('float32', [[1.0, 2.0, 3.0], [4.0, 5.0, -6.5]])} {'by': 'ebb'}\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\ngot  %swant %s", err, out, want)
	}
}
