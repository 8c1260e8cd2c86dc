package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/modelfile"
)

// dataSpec is a spec for a data file with two classes.
const dataSpec = "data: {source: %s, target: y, validation: 0}\nmodel:\n  - dense: {units: 4, activation: relu}\n  - dense: {units: 2}\ntrain: {epochs: 1, batch: 2}\n"

// inDir runs the test in an empty directory, where run directories would
// appear, and checks at the end that nothing did.
func inDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

func TestBadData(t *testing.T) {
	for _, c := range []struct {
		name, text string
		wants      []string
	}{
		{"empty", "", []string{"data.csv", "empty"}},
		{"header alone", "a,b,y\n", []string{"data.csv"}},
		{"ragged row", "a,b,y\n1,2,0\n3,4\n5,6,1\n", []string{"data.csv:3", "expected 3", "found 2"}},
		{"too long a row", "a,b,y\n1,2,0\n3,4,1,9\n", []string{"data.csv:3"}},
		{"one class only", "a,b,y\n1,2,cat\n3,4,cat\n5,6,cat\n", []string{"data.csv", `"y"`, "cat"}},
		{"NaN", "a,b,y\n1,2,0\nnan,4,1\n5,6,1\n", []string{"data.csv:3", `"a"`, "nan", "finite"}},
		{"Inf", "a,b,y\n1,2,0\ninf,4,1\n5,6,1\n", []string{"data.csv:3", `"a"`, "inf"}},
		{"number too large", "a,b,y\n1,2,0\n1e999,4,1\n5,6,1\n", []string{"data.csv:3", `"a"`}},
		{"missing target", "a,b,z\n1,2,0\n3,4,1\n5,6,1\n", []string{"data.csv", `"y"`}},
		{"no inputs", "y\n0\n1\n0\n", []string{"data.csv"}},
		{"a column twice", "a,a,y\n1,2,0\n3,4,1\n", []string{"data.csv", `"a"`}},
		{"open quote", "a,b,y\n1,\"2,0\n3,4,1\n", []string{"data.csv:2"}},
		{"binary", "a,b,y\n1,2,0\n\x00\x01\xff,4,1\n", []string{"data.csv:3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := inDir(t)
			file := write(t, dir, "data.csv", c.text)
			write(t, dir, "net.yaml", fmt.Sprintf(dataSpec, "data.csv"))
			before := tree(t, dir)
			refused(t, exitUsage, []string{"train", "net.yaml"}, c.wants...)
			refused(t, exitUsage, []string{"train", "net.yaml", "--json"}, c.wants...)
			refused(t, exitUsage, []string{"train", file, "--target", "y"}, c.wants...)
			refused(t, exitUsage, []string{"describe", "net.yaml"}, c.wants...)
			unchanged(t, dir, before)
		})
	}
}

// A text among numbers is refused where it stands: at training, where the
// column began as numbers, and at prediction.
func TestTextInNumbers(t *testing.T) {
	dir := inDir(t)
	var b strings.Builder
	b.WriteString("a,b,y\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,%d,%d\n", i, i%3, i%2)
	}
	good := b.String()
	write(t, dir, "good.csv", good)
	write(t, dir, "bad.csv", strings.Replace(good, "\n20,", "\noops,", 1))
	must(t, "train", "good.csv", "--target", "y", "--epochs", "1", "--out", "run")
	before := tree(t, dir)
	wants := []string{"bad.csv:22", `"a"`, `"oops"`}
	refused(t, exitUsage, []string{"train", "bad.csv", "--target", "y"}, wants...)
	refused(t, exitUsage, []string{"predict", "run", "bad.csv"}, wants...)
	refused(t, exitUsage, []string{"evaluate", "run", "bad.csv"}, wants...)
	write(t, dir, "narrow.csv", "a,y\n1,0\n")
	before[filepath.Join(dir, "narrow.csv")] = "a,y\n1,0\n"
	refused(t, exitUsage, []string{"predict", "run", "narrow.csv"}, "narrow.csv", `"b"`)
	refused(t, exitUsage, []string{"predict", "run", "none.csv"}, "none.csv")
	refused(t, exitUsage, []string{"predict", "none", "good.csv"}, "none")
	unchanged(t, dir, before)
}

func TestBadSpecs(t *testing.T) {
	const good = "data: {source: xor, validation: 0}\nmodel:\n  - dense: {units: 2}\ntrain: {epochs: 1, batch: 4}\n"
	for _, c := range []struct {
		name, from, to string
		wants          []string
	}{
		{"unknown key", "units: 2", "unit: 2", []string{"net.yaml:3", `"unit"`, `did you mean "units"`}},
		{"unknown key at the top", "train:", "trian:", []string{"net.yaml:4", `"trian"`, `did you mean "train"`}},
		{"wrong type", "units: 2", "units: two", []string{"net.yaml:3", "dense.units", `"two"`, "a whole number"}},
		{"list for a mapping", "{epochs: 1, batch: 4}", "[1, 4]", []string{"net.yaml:4", "train", "a list"}},
		{"units 0", "units: 2", "units: 0", []string{"net.yaml:3", "dense.units", "got 0"}},
		{"negative units", "units: 2", "units: -3", []string{"net.yaml:3", "got -3"}},
		{"batch larger than the data", "batch: 4", "batch: 1000000", []string{"net.yaml:4", "train.batch", "1000000"}},
		{"batch 0", "batch: 4", "batch: 0", []string{"net.yaml:4", "train.batch", "got 0"}},
		{"units that do not fit the classes", "units: 2", "units: 3", []string{"net.yaml:3", "3 output units", "2 classes"}},
		{"no such file", "source: xor", "source: xxor", []string{"xxor"}},
		{"no such csv", "source: xor", "source: none.csv", []string{"none.csv"}},
		{"a broken line", "model:", "model: [", []string{"net.yaml"}},
		{"tabs", "  - dense", "\t- dense", []string{"net.yaml"}},
		{"two documents", "train:", "---\ntrain:", []string{"net.yaml"}},
		{"an alias of itself", "  - dense: {units: 2}", "  &m - dense: {units: 2}\n  - *m", []string{"net.yaml"}},
		{"a network too large", "units: 2", "units: 1000000}\n  - dense: {units: 1000000", []string{"net.yaml:4", "parameters"}},
		{"a merge of keys", "units: 2", "<<: {units: 2}", []string{"net.yaml:3"}},
		{"residual of another shape", "dense: {units: 2}", "residual: [{dense: {units: 7}}]", []string{"net.yaml:3", "residual"}},
		{"embedding of numbers", "dense: {units: 2}", "embedding: {vocab: 3, units: 2}", []string{"net.yaml"}},
		{"learning rate", "train:", "optimizer: {name: sgd, lr: 1e400}\ntrain:", []string{"net.yaml:4", "optimizer.lr"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := inDir(t)
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			write(t, dir, "net.yaml", text)
			before := tree(t, dir)
			refused(t, exitUsage, []string{"train", "net.yaml"}, c.wants...)
			refused(t, exitUsage, []string{"train", "net.yaml", "--out", "made"}, c.wants...)
			refused(t, exitUsage, []string{"describe", "net.yaml", "--json"}, c.wants...)
			unchanged(t, dir, before)
		})
	}
}

// idx returns an IDX file of unsigned bytes.
func idx(dims []int, data []byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, data...)
}

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBadIDX(t *testing.T) {
	pixels := make([]byte, 40*9)
	labels := make([]byte, 40)
	for i := range pixels {
		pixels[i] = byte(i * 7)
	}
	for i := range labels {
		labels[i] = byte(i % 2)
	}
	images := idx([]int{40, 3, 3}, pixels)
	answers := idx([]int{40}, labels)
	flipped := zip(t, images)
	flipped[len(flipped)/2] ^= 0x10
	sum := zip(t, images)
	sum[len(sum)-6] ^= 1
	huge := append([]byte(nil), images...)
	copy(huge[4:], []byte{0x7f, 0xff, 0xff, 0xff})
	for _, c := range []struct {
		name           string
		images, labels []byte
		wants          []string
	}{
		{"good", zip(t, images), answers, nil},
		{"truncated", zip(t, images[:len(images)-100]), answers, []string{"images.idx3.gz"}},
		{"truncated header", images[:7], answers, []string{"images.idx3.gz"}},
		{"truncated gzip", zip(t, images)[:60], answers, []string{"images.idx3.gz"}},
		{"flipped bit", flipped, answers, []string{"images.idx3.gz"}},
		{"flipped bit of the checksum", sum, answers, []string{"images.idx3.gz"}},
		{"more rows than bytes", zip(t, huge), answers, []string{"images.idx3.gz"}},
		{"another count of labels", zip(t, images), idx([]int{39}, labels[:39]), []string{"39", "40"}},
		{"empty", nil, answers, []string{"images.idx3.gz"}},
		{"not IDX", []byte("hello, this is text"), answers, []string{"images.idx3.gz"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := inDir(t)
			write(t, dir, "images.idx3.gz", string(c.images))
			write(t, dir, "labels.idx1", string(c.labels))
			write(t, dir, "net.yaml", "data: {source: {images: images.idx3.gz, labels: labels.idx1}}\nmodel: [{dense: {units: 2}}]\ntrain: {epochs: 1}\n")
			if c.wants == nil {
				must(t, "train", "net.yaml")
				return
			}
			before := tree(t, dir)
			refused(t, exitUsage, []string{"train", "net.yaml"}, c.wants...)
			unchanged(t, dir, before)
		})
	}
}

// hostile returns safetensors files that must be refused by whoever reads one.
func hostile(t *testing.T) map[string][]byte {
	t.Helper()
	file := func(header string, data int) []byte {
		b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		return append(append(b, header...), make([]byte, data)...)
	}
	return map[string][]byte{
		"empty":            nil,
		"short":            {1, 2, 3},
		"header of 2^63":   append(binary.LittleEndian.AppendUint64(nil, 1<<63), "{}"...),
		"header past end":  append(binary.LittleEndian.AppendUint64(nil, 1000), "{}"...),
		"no JSON":          file("{{{{", 0),
		"deep JSON":        file(strings.Repeat("[", 100_000), 0),
		"duplicate key":    file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"overlap":          file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"hole":             file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"overflow":         file(`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0),
		"negative":         file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
		"dtype":            file(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, 4),
		"bytes left over":  file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 9),
		"foreign tensors":  file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"a pickle by name": []byte("\x80\x02}q\x00(X\x08\x00\x00\x000.weightq\x01ctorch._utils"),
	}
}

func TestHostileWeights(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "net.yaml", "data: {source: xor, validation: 0}\nmodel: [{dense: {units: 2}}]\ntrain: {epochs: 1}\n")
	write(t, dir, "rows.csv", "x1,x2\n0,1\n")
	for name, b := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			write(t, dir, "model.safetensors", string(b))
			before := tree(t, dir)
			refused(t, exitUsage, []string{"predict", "model.safetensors", "rows.csv"}, "model.safetensors")
			refused(t, exitUsage, []string{"train", "net.yaml", "--init", "model.safetensors", "--out", "run"}, "model.safetensors")
			refused(t, exitUsage, []string{"export", "model.safetensors", "-o", "copy.safetensors"}, "model.safetensors")
			unchanged(t, dir, before)
		})
	}
}

// A model file whose metadata are not what ebb wrote: every piece of it is
// checked before it costs memory or indexes anything.
func TestHostileMetadata(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "net.yaml", "data: {source: xor, validation: 0}\nmodel: [{dense: {units: 2}}]\ntrain: {epochs: 1}\n")
	write(t, dir, "rows.csv", "x1,x2\n0,1\n")
	must(t, "train", "net.yaml", "--out", "run")
	must(t, "export", "run", "-o", "good.safetensors")
	good, err := modelfile.Read("good.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, key, from, to string }{
		{"no spec", "ebb.spec", "data:", "date:"},
		{"other units", "ebb.spec", "units: 2", "units: 3"},
		{"a network of gigabytes", "ebb.spec", "dense: {units: 2}", "dense: {units: 200000}}, {dense: {units: 2000}}, {dense: {units: 2}"},
		{"no schema", "ebb.schema", "{", "["},
		{"classes", "ebb.schema", `"classes"`, `"clases"`},
		{"no scaler", "ebb.schema", `"scaler"`, `"scalar"`},
		{"seed", "ebb.seed", "1", "one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			meta := map[string]string{}
			for k, v := range good.Metadata {
				meta[k] = v
			}
			if meta[c.key] = strings.Replace(meta[c.key], c.from, c.to, 1); meta[c.key] == good.Metadata[c.key] {
				t.Fatalf("the case changes nothing in %s", meta[c.key])
			}
			if err := modelfile.WriteFile("bad.safetensors", meta, good.Tensors); err != nil {
				t.Fatal(err)
			}
			refused(t, exitUsage, []string{"predict", "bad.safetensors", "rows.csv"}, "bad.safetensors")
		})
	}
}

func TestWrongInit(t *testing.T) {
	dir := inDir(t)
	spec := "data: {source: xor, validation: 0}\nmodel: [{dense: {units: 5, activation: relu}}, {dense: {units: 2}}]\ntrain: {epochs: 1}\n"
	write(t, dir, "five.yaml", spec)
	write(t, dir, "six.yaml", strings.Replace(spec, "units: 5", "units: 6", 1))
	write(t, dir, "deep.yaml", strings.Replace(spec, "model: [", "model: [{dense: {units: 2, activation: relu}}, ", 1))
	must(t, "train", "five.yaml", "--out", "five")
	must(t, "export", "five", "-o", "five.safetensors")
	before := tree(t, dir)
	refused(t, exitUsage, []string{"train", "six.yaml", "--init", "five.safetensors"}, "five.safetensors", "0.weight", "5", "6")
	refused(t, exitUsage, []string{"train", "deep.yaml", "--init", "five.safetensors", "--out", "x"}, "five.safetensors")
	refused(t, exitUsage, []string{"train", "five.yaml", "--init", "none.safetensors"}, "none.safetensors")
	refused(t, exitUsage, []string{"train", "five.yaml", "--init", "five"}, "five")
	unchanged(t, dir, before)
}

func TestUsage(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "net.yaml", "data: {source: xor}\nmodel: [{dense: {units: 2}}]\n")
	write(t, dir, "d.csv", "a,y\n1,0\n2,1\n3,0\n4,1\n")
	before := tree(t, dir)
	for _, c := range []struct {
		args  string
		wants []string
	}{
		{"trian", []string{`"trian"`, "train"}},
		{"help trian", []string{`did you mean "train"?`}},
		{"train --epoch 3", []string{"--epoch"}},
		{"train net.yaml --epochs none", []string{"--epochs", "none"}},
		{"train net.yaml --epochs 0", []string{"--epochs", "0"}},
		{"train net.yaml --epochs -4", []string{"--epochs", "-4"}},
		{"train net.yaml --epochs 99999999999999", []string{"--epochs", "99999999999999"}},
		{"train net.yaml --seed -1", []string{"--seed"}},
		{"train net.yaml other.yaml", []string{"2 arguments"}},
		{"train d.csv", []string{"d.csv", "target"}},
		{"train none.yaml", []string{"none.yaml"}},
		{"train .", []string{"."}},
		{"train net.yaml --target y", []string{"--target"}},
		{"train --target y", []string{"--target"}},
		{"train --resume none", []string{"none"}},
		{"train --resume .", []string{"run.json"}},
		{"train --resume . --seed 3", []string{"--resume"}},
		{"train net.yaml --resume .", []string{"--resume"}},
		{"predict", []string{"predict", "got 0"}},
		{"predict a b c", []string{"got 3"}},
		{"predict . d.csv", []string{"run.json"}},
		{"evaluate a", []string{"got 1"}},
		{"describe", []string{"got 0"}},
		{"describe net.yaml net.yaml", []string{"got 2"}},
		{"schema more", []string{"got 1"}},
		{"data", []string{"list"}},
		{"data lst", []string{"lst"}},
		{"data list more", []string{"got 1"}},
		{"export", []string{"got 0"}},
		{"export . --format pickle -o x", []string{"pickle", "safetensors"}},
		{"export .", []string{"-o"}},
		{"export . -o x", []string{"run.json"}},
	} {
		refused(t, exitUsage, strings.Fields(c.args), c.wants...)
	}
	unchanged(t, dir, before)
}

// A directory that holds a run, or anything by the names of its files, is left
// alone.
func TestRunDirectoryIsKept(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "net.yaml", "data: {source: xor, validation: 0}\nmodel: [{dense: {units: 2}}]\ntrain: {epochs: 1}\n")
	must(t, "train", "net.yaml", "--out", "run")
	for _, name := range []string{"checkpoint-last.safetensors", "events.jsonl"} {
		other := filepath.Join(dir, "other-"+name)
		if err := os.Mkdir(other, 0o777); err != nil {
			t.Fatal(err)
		}
		write(t, other, name, "precious")
	}
	write(t, dir, "file", "precious")
	before := tree(t, dir)
	refused(t, exitUsage, []string{"train", "net.yaml", "--out", "run"}, "run", "already holds a run", "--resume")
	refused(t, exitUsage, []string{"train", "net.yaml", "--out", "other-checkpoint-last.safetensors"}, "checkpoint-last.safetensors")
	refused(t, exitUsage, []string{"train", "net.yaml", "--out", "other-events.jsonl"}, "events.jsonl")
	refused(t, exitFailed, []string{"train", "net.yaml", "--out", "file"}, "file")
	refused(t, exitFailed, []string{"train", "net.yaml", "--out", "file/below"}, "file")
	refused(t, exitFailed, []string{"export", "run", "-o", "file/model.safetensors"}, "file/model.safetensors")
	refused(t, exitFailed, []string{"export", "run", "-o", "none/model.safetensors"}, "none/model.safetensors")
	unchanged(t, dir, before)
}

// A path of the kernels that this machine does not have is the caller's mistake.
// The variable is read when the process starts.
func TestUnknownKernelPath(t *testing.T) {
	c := process(t, "data", "list")
	c.Env = append(c.Env, "EBB_KERNEL=sse9")
	out, err := c.CombinedOutput()
	if code := c.ProcessState.ExitCode(); err == nil || code != exitUsage || !strings.Contains(string(out), `EBB_KERNEL is "sse9", expected one of `) {
		t.Errorf("exit code %d, %q", code, out)
	}
}
