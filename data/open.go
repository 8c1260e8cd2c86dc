package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type format int

const (
	formatCSV format = iota
	formatNPY
	formatNPZ
	formatIDX
	formatText
	formatUnknown
)

// formatOf goes by the name: .csv, .tsv, .txt, .npy, .npz, and the endings of
// IDX files (a-ubyte, a.idx3); all but .npz may also end in .gz.
func formatOf(path string) format {
	name := strings.ToLower(filepath.Base(path))
	name = strings.TrimSuffix(name, ".gz")
	ext := filepath.Ext(name)
	switch {
	case ext == ".csv", ext == ".tsv":
		return formatCSV
	case ext == ".txt":
		return formatText
	case ext == ".npy":
		return formatNPY
	case ext == ".npz":
		return formatNPZ
	case strings.HasSuffix(name, "ubyte"), strings.HasPrefix(ext, ".idx"), strings.Contains(name, "-idx"):
		return formatIDX
	}
	return formatUnknown
}

func isBuiltIn(name string) bool {
	return slices.ContainsFunc(BuiltIn(), func(i Info) bool { return i.Name == name })
}

// Open reads a data set from any source: a built-in set by its name, a .csv,
// .npy or .npz file, a text (.txt), a pair of IDX files, or a folder with the four files of
// MNIST or Fashion-MNIST. Test is nil when the source has no test set of its
// own. A built-in name goes before a file of the same name. With a target or a
// window a .txt file is a table.
func Open(src Source, opt Options) (train, test *Dataset, schema *Schema, err error) {
	if src.Images != "" || src.Labels != "" {
		if opt.Samples != 0 || opt.Length != 0 || opt.Window != 0 {
			return nil, nil, nil, errors.New("samples, length, window: images take none of them")
		}
		if src.Path != "" || src.Images == "" || src.Labels == "" {
			return nil, nil, nil, errors.New("source: expected a name, a path, or both images and labels")
		}
		train, schema, err = LoadIDX(src.Images, src.Labels, opt)
		return train, nil, schema, err
	}
	if src.Path == "" {
		return nil, nil, nil, errors.New("source: expected the name of a built-in set or a path")
	}
	if isBuiltIn(src.Path) {
		train, schema, err = Load(src.Path, opt)
		return train, nil, schema, err
	}
	switch {
	case opt.Samples != 0:
		return nil, nil, nil, fmt.Errorf("samples: only a generated set takes samples, and %s is none", src.Path)
	case opt.Length != 0:
		return nil, nil, nil, fmt.Errorf("length: only generated sequences take a length, and %s has none", src.Path)
	}
	info, err := os.Stat(src.Path)
	if err != nil {
		if !strings.ContainsAny(src.Path, `./\`) { // meant as a name
			_, _, err := Load(src.Path, opt)
			return nil, nil, nil, fmt.Errorf("source: %w; and no such file", err)
		}
		return nil, nil, nil, fmt.Errorf("source: %w", err)
	}
	if info.IsDir() {
		if opt.Window != 0 {
			return nil, nil, nil, fmt.Errorf("window: %s can't be read as a series, expected .csv or .npy", src.Path)
		}
		return LoadIDXFolder(src.Path, opt)
	}
	f := formatOf(src.Path)
	if f == formatText && (opt.Target != "" || opt.Window != 0) {
		f = formatCSV
	}
	switch {
	case opt.Window != 0 && (f == formatCSV || f == formatNPY):
		var s *Series
		if s, err = ReadSeries(src.Path, opt); err == nil {
			train, schema, err = s.dataset(opt)
		}
		return train, nil, schema, err
	case opt.Window != 0:
		return nil, nil, nil, fmt.Errorf("window: %s can't be read as a series, expected .csv or .npy", src.Path)
	}
	switch f {
	case formatCSV:
		train, schema, err = ReadCSV(src.Path, opt)
	case formatNPY:
		train, schema, err = LoadNPY(src.Path, opt)
	case formatNPZ:
		if opt.Sequences {
			train, schema, err = LoadSequences(src.Path, opt)
		} else {
			train, schema, err = LoadNPZ(src.Path, opt)
		}
	case formatText:
		if opt.Task == AsRegression {
			return nil, nil, nil, fmt.Errorf("%s: the next character of a text is a class, and the task is a regression", src.Path)
		}
		train, schema, err = ReadText(src.Path)
	case formatIDX:
		err = fmt.Errorf("%s: an IDX file has images or labels alone: give both, as {images: …, labels: …}, or their folder", src.Path)
	default:
		err = fmt.Errorf("%s: unknown kind of file, expected .csv, .tsv, .txt (each also with .gz), .npy or .npz", src.Path)
	}
	return train, nil, schema, err
}
