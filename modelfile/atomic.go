package modelfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// WriteFile writes the file at path as [Write] does, and as [WriteAtomic] does:
// all of it or nothing.
func WriteFile(path string, metadata map[string]string, tensors []Tensor) error {
	return WriteAtomic(path, func(w io.Writer) error { return Write(w, metadata, tensors) })
}

// WriteAtomic writes what write writes to path. Whatever goes wrong, a full
// disk or a kill included, there is either the file as it was before or the
// whole new one at path: the bytes go to a temporary file in the same
// directory, which is synced, renamed to path, and the directory synced. The
// error names path.
func WriteAtomic(path string, write func(io.Writer) error) error {
	tmp, err := createTemp(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := writeTemp(tmp, write); err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// createTemp creates a hidden file beside path. Unlike os.CreateTemp it leaves
// the permissions to the umask: the file is to be readable as any other.
func createTemp(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for i := range 1000 {
		name := filepath.Join(dir, "."+base+"."+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(i)+".tmp")
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, errors.New("too many temporary files are left beside it")
}

func writeTemp(f *os.File, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(f, 1<<16)
	err := write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename in dir last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
