package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

//go:embed peers/*.py
var scripts embed.FS

var errNoSamples = errors.New("the peer sent no samples")

// Setup knows how each peer is started, or why it can't be.
type Setup struct {
	Dir     string // temporary: scripts and programs
	Source  string // the module's folder
	Python  map[string]string
	Launch  map[string]Launch
	Missing map[string]string

	install bool
	say     func(format string, args ...any)
}

// environment is a virtual environment of Python.
type environment struct {
	name, variable string
	packages       []string
	note           string
}

var environments = []environment{
	{"torch", "EBB_BENCH_PYTHON", []string{"torch", "numpy", "scikit-learn", "setuptools"},
		"PyTorch's wheel for Linux on x86 brings CUDA's libraries with it: about 5.6 GB"},
	{"blas", "EBB_BENCH_BLAS_PYTHON", []string{"numpy", "mkl", "scipy-openblas32"}, "about 1 GB, most of it MKL"},
	{"keras", "EBB_BENCH_KERAS_PYTHON", []string{"keras", "tensorflow-cpu", "jax"}, "about 2 GB"},
}

// newSetup makes the temporary folder. Nothing is installed before it is asked for.
func newSetup(install bool, say func(string, ...any)) (*Setup, error) {
	dir, err := os.MkdirTemp("", "ebb-bench-")
	if err != nil {
		return nil, err
	}
	s := &Setup{Dir: dir, install: install, say: say, Python: map[string]string{}, Launch: map[string]Launch{}, Missing: map[string]string{}}
	if err := os.CopyFS(dir, scripts); err != nil {
		return nil, err
	}
	if out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/ebb-ml/ebb").Output(); err == nil {
		s.Source = strings.TrimSpace(string(out))
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s.Launch[peerEbb] = Launch{Name: peerEbb, Args: []string{self}, Env: []string{peerVariable + "=1"}}
	return s, nil
}

// want sets the named peer up, once.
func (s *Setup) want(ctx context.Context, peer string) {
	if _, found := s.Launch[peer]; found || s.Missing[peer] != "" {
		return
	}
	var err error
	switch peer {
	case peerTorch:
		err = s.script(ctx, peer, "torch", "torch_peer.py")
	case peerSklearn:
		err = s.script(ctx, peer, "torch", "sklearn_peer.py")
	case peerOpenBLAS:
		err = s.script(ctx, peer, "blas", "blas_peer.py", "openblas")
	case peerMKL:
		err = s.script(ctx, peer, "blas", "blas_peer.py", "mkl")
	case peerGomlx:
		err = s.gomlx(ctx)
	}
	if err != nil {
		s.Missing[peer] = err.Error()
		s.say("%s is left out: %v", peer, err)
	}
}

func (s *Setup) script(ctx context.Context, peer, environment, file string, args ...string) error {
	python, err := s.python(ctx, environment)
	if err != nil {
		return err
	}
	cache, err := cacheFolder("inductor")
	if err != nil {
		return err
	}
	s.Launch[peer] = Launch{
		Name: peer,
		Args: append([]string{python, "-u", filepath.Join(s.Dir, "peers", file)}, args...),
		// What torch.compile built is kept from one run to the next.
		Env: []string{"TORCHINDUCTOR_CACHE_DIR=" + cache, "PYTHONDONTWRITEBYTECODE=1"},
	}
	return nil
}

// gomlx builds the nested module: the library is no dependency of Ebb's.
func (s *Setup) gomlx(ctx context.Context) error {
	if s.Source == "" {
		return errors.New("go list does not find Ebb's source: run this inside the repository")
	}
	program := filepath.Join(s.Dir, "gomlx-peer")
	s.say("building gomlx’s side")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	cmd.Dir = filepath.Join(s.Source, "bench", "gomlx")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building it: %w: %.200s", err, lastLine(out))
	}
	s.Launch[peerGomlx] = Launch{Name: peerGomlx, Args: []string{program}}
	return nil
}

// python returns the interpreter of an environment: the one that its variable
// names, or else one of a virtual environment that is made on first use.
func (s *Setup) python(ctx context.Context, name string) (string, error) {
	if p := s.Python[name]; p != "" {
		return p, nil
	}
	for _, e := range environments {
		if e.name != name {
			continue
		}
		p := os.Getenv(e.variable)
		if p == "" {
			var err error
			if p, err = s.environment(ctx, e); err != nil {
				return "", err
			}
		}
		s.Python[name] = p
		return p, nil
	}
	return "", fmt.Errorf("unknown environment %q", name)
}

func (s *Setup) environment(ctx context.Context, e environment) (string, error) {
	dir, err := cacheFolder(e.name)
	if err != nil {
		return "", err
	}
	python := filepath.Join(dir, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(dir, "Scripts", "python.exe")
	}
	done := filepath.Join(dir, "complete")
	if _, err := os.Stat(done); err == nil {
		return python, nil
	}
	if !s.install {
		return "", fmt.Errorf("%s is not installed and -install is false (or set $%s)", strings.Join(e.packages, ", "), e.variable)
	}
	s.say("installing %s in %s, once (%s; $%s names another Python)", strings.Join(e.packages, ", "), dir, e.note, e.variable)
	base := "python3"
	if runtime.GOOS == "windows" {
		base = "python"
	}
	for _, args := range [][]string{
		{base, "-m", "venv", "--clear", dir},
		append([]string{python, "-m", "pip", "install", "-q", "--disable-pip-version-check"}, e.packages...),
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %.200s", strings.Join(args[:min(3, len(args))], " "), err, lastLine(out))
		}
	}
	return python, os.WriteFile(done, nil, 0o644)
}

func cacheFolder(name string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "ebb-bench", name)
	return dir, os.MkdirAll(dir, 0o755)
}

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
