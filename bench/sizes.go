package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ebbBinary builds the ebb command without cgo and without debug information,
// once.
func (r *Runner) ebbBinary(ctx context.Context) (string, error) {
	program := filepath.Join(r.setup.Dir, "ebb")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if r.setup.Source == "" {
		return "", errors.New("go list does not find Ebb's source: run this inside the repository")
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/ebb")
	cmd.Dir, cmd.Env = r.setup.Source, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building ebb: %w: %s", err, lastLine(out))
	}
	return program, nil
}

// sizes sets Ebb's one file beside what the others put on a disk.
func (r *Runner) sizes(ctx context.Context) {
	if r.Quick || !r.wanted("sizes") || ctx.Err() != nil {
		return
	}
	add := func(what string, bytes int64) {
		if bytes > 0 {
			r.results.Sizes = append(r.results.Sizes, SizeResult{what, bytes})
		}
	}
	if program, err := r.ebbBinary(ctx); err != nil {
		r.results.Skipped["the size of ebb"] = err.Error()
	} else {
		add("the ebb command, all of it", sizeOf(program))
	}
	python, err := r.setup.python(ctx, "torch")
	if err != nil {
		r.results.Skipped["the size of PyTorch"] = err.Error()
		return
	}
	const where = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
	out, err := exec.CommandContext(ctx, python, "-c", where).Output()
	if err != nil {
		r.results.Skipped["the size of PyTorch"] = err.Error()
		return
	}
	packages := strings.TrimSpace(string(out))
	add("PyTorch: the folder torch alone", sizeOf(filepath.Join(packages, "torch")))
	add("PyTorch: the CUDA libraries that its wheel depends on", sizeOf(filepath.Join(packages, "nvidia"))+sizeOf(filepath.Join(packages, "triton")))
}

// sizeOf returns the bytes of a file, or of all files in a folder.
func sizeOf(path string) (total int64) {
	filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what is not there has no size
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
