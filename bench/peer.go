package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// The names of the sides.
const (
	peerEbb      = "Ebb"
	peerTorch    = "PyTorch"
	peerSklearn  = "scikit-learn"
	peerGomlx    = "gomlx"
	peerOpenBLAS = "OpenBLAS"
	peerMKL      = "MKL"
)

// Launch says how a peer is started: the arguments and what is added to the
// environment.
type Launch struct {
	Name string
	Args []string
	Env  []string
}

// Peer is a running side.
type Peer struct {
	Name    string
	Version string
	Configs []string

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	errors tail
	broken error
}

// threadEnv holds every library that reads one of these to n threads.
func threadEnv(n int) []string {
	var env []string
	for _, name := range []string{"GOMAXPROCS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "EBB_BENCH_THREADS"} {
		env = append(env, fmt.Sprintf("%s=%d", name, n))
	}
	return env
}

// start starts a peer with n threads and greets it. It ends with ctx.
func start(ctx context.Context, l Launch, n int) (*Peer, error) {
	p := &Peer{Name: l.Name}
	p.cmd = exec.CommandContext(ctx, l.Args[0], l.Args[1:]...)
	p.cmd.Env = append(append(os.Environ(), threadEnv(n)...), l.Env...)
	p.cmd.Stderr = &p.errors
	p.cmd.WaitDelay = 2 * time.Second
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewScanner(out)
	p.out.Buffer(nil, 1<<24)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	r, err := p.call(ctx, Request{Op: opHello}, 2*time.Minute)
	if err != nil {
		p.Close()
		return nil, err
	}
	p.Version, p.Configs = r.Version, r.Configs
	return p, nil
}

// call asks and waits for the answer. A peer that does not answer in time, or
// not in the protocol, is ended: every later call gets the same error.
func (p *Peer) call(ctx context.Context, q Request, limit time.Duration) (Response, error) {
	if p.broken != nil {
		return Response{}, p.broken
	}
	stop := time.AfterFunc(limit, func() { p.cmd.Process.Kill() })
	began := time.Now()
	r, err := p.exchange(q)
	stop.Stop()
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if err != nil {
		if time.Since(began) >= limit {
			err = fmt.Errorf("no answer to %q within %v", q.Op, limit)
		} else if text := p.errors.last(); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		p.broken = err
		p.cmd.Process.Kill()
		return r, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

func (p *Peer) exchange(q Request) (r Response, err error) {
	line, err := json.Marshal(q)
	if err != nil {
		return r, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return r, fmt.Errorf("the peer ended")
	}
	if !p.out.Scan() {
		if err := p.out.Err(); err != nil {
			return r, err
		}
		return r, fmt.Errorf("the peer ended")
	}
	if err := json.Unmarshal(p.out.Bytes(), &r); err != nil {
		return r, fmt.Errorf("not an answer: %.80q", p.out.Text())
	}
	return r, nil
}

// Close ends the peer and waits for it.
func (p *Peer) Close() {
	p.in.Close()
	kill := time.AfterFunc(2*time.Second, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	p.cmd.Wait()
}

// tail keeps the end of what a peer says on its standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if extra := len(t.text) - 4096; extra > 0 {
		t.text = t.text[extra:]
	}
	return len(b), nil
}

// last returns the last line, which in Python names the error.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.text), []byte("\n"))
	return strings.TrimSpace(string(lines[len(lines)-1]))
}
