package experiment

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/tensor"
)

// The files of a run directory.
const (
	runFile    = "run.json"
	eventsFile = "events.jsonl"
	lastFile   = "checkpoint-last.safetensors"
	bestFile   = "checkpoint-best.safetensors"
)

// maxRunBytes is the most that run.json has: in JSON a byte of the spec takes up
// to six.
const maxRunBytes = 8 * maxSpecBytes

// runInfo is run.json: everything that a run depends on.
type runInfo struct {
	Format   int       `json:"format"` // of this file; 1
	Ebb      string    `json:"ebb"`
	Go       string    `json:"go"`
	Platform string    `json:"platform"`
	Kernel   string    `json:"kernel"` // the path of package kernel: another one rounds otherwise
	Bits     int       `json:"float_bits"`
	Created  time.Time `json:"created"`
	Seed     uint64    `json:"seed"`
	Epochs   int       `json:"epochs"`
	Init     string    `json:"init,omitempty"` // absolute, the file the weights were read from
	SpecPath string    `json:"spec_path"`      // absolute, what its data paths are relative to
	Spec     string    `json:"spec"`
	Data     string    `json:"data"` // fingerprint of the prepared rows
}

// newRunInfo describes a run of e that begins now.
func newRunInfo(e *Experiment, init string) (runInfo, error) {
	path := e.Spec.Path
	if path == "" {
		path = "spec.yaml"
	}
	path, err := filepath.Abs(path)
	if err == nil && init != "" {
		init, err = filepath.Abs(init)
	}
	if err != nil {
		return runInfo{}, err
	}
	return runInfo{
		Format: 1, Ebb: Version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Kernel: kernel.Path(), Bits: tensor.FloatBits, Created: time.Now().UTC().Truncate(time.Second), Seed: e.Spec.Train.Seed,
		Epochs: e.Spec.Train.Epochs, Init: init, SpecPath: path, Spec: e.Spec.Text, Data: fingerprint(e.parts()),
	}, nil
}

// Version returns the version of this build of Ebb, as the go command knows it.
func Version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "(devel)"
}

// fingerprint is a checksum of the rows that are trained on and held out, so that
// a run is not resumed on other data.
func fingerprint(parts []*data.Dataset) string {
	h, rows := crc32.New(crc32.MakeTable(crc32.Castagnoli)), 0 // the processor has an instruction for it
	buf := make([]byte, 0, 1<<15)
	add := func(bits uint64) {
		if buf = binary.LittleEndian.AppendUint64(buf, bits); len(buf) == cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	for _, d := range parts {
		rows += d.Len()
		for _, t := range []*tensor.Tensor{d.X, d.Y} {
			for _, v := range t.Data {
				add(math.Float64bits(float64(v)))
			}
		}
		for _, n := range d.Lengths {
			add(uint64(n))
		}
	}
	h.Write(buf)
	return fmt.Sprintf("%d rows, crc32c %08x", rows, h.Sum32())
}

// createRunDir makes the directory and its run.json. A directory that already
// holds a run, or any file by the name of one of a run's, is refused: nothing on
// disk is lost. The directory is claimed until release is called.
func createRunDir(dir string, info runInfo) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("output directory: %w", err)
	}
	if release, err = claim(dir); err != nil {
		return nil, err
	}
	if err = checkNoRun(dir); err == nil {
		err = writeRunInfo(dir, info)
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func checkNoRun(dir string) error {
	for _, name := range []string{runFile, eventsFile, lastFile, bestFile, pictureFile, timePictureFile} {
		_, err := os.Lstat(filepath.Join(dir, name))
		switch {
		case err == nil && name == runFile:
			return InputError{fmt.Errorf("%s already holds a run: choose another --out, or go on with --resume %s", dir, dir)}
		case err == nil:
			return InputError{fmt.Errorf("%s already holds a file %s, which is no part of a run: choose another --out", dir, name)}
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("output directory: %w", err)
		}
	}
	return nil
}

func writeRunInfo(dir string, info runInfo) error {
	return modelfile.WriteAtomic(filepath.Join(dir, runFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(info)
	})
}

// IsRun reports whether path is a run directory.
func IsRun(path string) bool { return exists(filepath.Join(path, runFile)) }

// readRunInfo reads the run.json of a run directory.
func readRunInfo(dir string) (runInfo, error) {
	var info runInfo
	path := filepath.Join(dir, runFile)
	text, err := readText(path, "a "+runFile, maxRunBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return info, fmt.Errorf("%s is no run directory: it has no %s", dir, runFile)
	} else if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("%s: %w", path, err)
	}
	if info.Format != 1 {
		return info, fmt.Errorf("%s: format %d, this version reads 1", path, info.Format)
	}
	if info.Epochs < 1 || info.Epochs > MaxEpochs {
		return info, fmt.Errorf("%s: epochs: got %d, expected a number from 1 to %d", path, info.Epochs, MaxEpochs)
	}
	return info, nil
}

// removeLeftovers removes the temporary files that a process which was killed
// while it wrote has left in a run directory. One that can't be removed harms
// nothing.
func removeLeftovers(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		for _, name := range []string{runFile, lastFile, bestFile, pictureFile, timePictureFile} {
			if strings.HasPrefix(e.Name(), "."+name+".") && strings.HasSuffix(e.Name(), ".tmp") {
				_ = os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}

// spec parses the spec that a run was made from, as it was run.
func (info *runInfo) spec() (*Spec, error) {
	s, err := ParseSpec(info.SpecPath, []byte(info.Spec))
	if err != nil {
		return nil, err
	}
	s.Train.Seed, s.Train.Epochs = info.Seed, info.Epochs
	return s, nil
}

// NextRunDir returns the first of runs/NAME-1, runs/NAME-2, … that does not
// exist, for a spec that was read from a file called NAME.yaml.
func NextRunDir(s *Spec) string {
	name := "run"
	if s.Path != "" {
		base := filepath.Base(s.Path)
		name = base[:len(base)-len(filepath.Ext(base))]
	} else if s.Data.Source != "" {
		base := filepath.Base(s.Data.Source)
		name = base[:len(base)-len(filepath.Ext(base))]
	}
	for i := 1; ; i++ {
		dir := filepath.Join("runs", fmt.Sprintf("%s-%d", name, i))
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
	}
}
