// Command bench measures Ebb against PyTorch, scikit-learn, gomlx, OpenBLAS and
// MKL on this machine, and writes what it finds as a report, a picture and raw
// numbers. README.md tells what is measured and how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	var err error
	if os.Getenv(peerVariable) != "" {
		err = serveEbb(os.Stdin, os.Stdout)
	} else {
		err = run(os.Args[1:], os.Stdout, os.Stderr)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(stderr, "%6.0f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	results, err := measureAll(ctx, o, say)
	if err != nil {
		return err
	}
	results.Partial = ctx.Err() != nil
	return save(o, results, stdout, say)
}

func parse(args []string, stderr io.Writer) (Options, error) {
	var o Options
	var only, threads string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.Out, "out", "", "the report to write, with results.svg and results.json beside it\n(default bench/RESULTS.md; with -quick or -only, standard output alone)")
	f.IntVar(&o.Rounds, "rounds", 0, "rounds of a training step; some sections make fewer (default 6, 3 with -quick)")
	f.StringVar(&only, "only", "", "measure only what matches this regular expression, such as steps/mlp or gemm")
	f.StringVar(&threads, "threads", "1,2", "numbers of threads")
	f.BoolVar(&o.Quick, "quick", false, "a short look: the training steps, recurrent layers, inference and products, without torch.compile")
	f.BoolVar(&o.Install, "install", true, "make Python environments that are not there yet")
	f.StringVar(&o.Fashion, "fashion", "", "the folder with the four files of Fashion-MNIST; without, an epoch is of rows by formula\nand whole programs are left out")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if only != "" {
		re, err := regexp.Compile(only)
		if err != nil {
			return o, fmt.Errorf("-only: %w", err)
		}
		o.Only = re
	}
	for field := range strings.SplitSeq(threads, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return o, fmt.Errorf("-threads: got %q, expected numbers such as 1,2", threads)
		}
		if n <= runtime.NumCPU() {
			o.Threads = append(o.Threads, n)
		}
	}
	if len(o.Threads) == 0 {
		return o, fmt.Errorf("-threads: this machine has %d", runtime.NumCPU())
	}
	if o.Out == "" && !o.Quick && o.Only == nil {
		o.Out = "bench/RESULTS.md"
	}
	o.Turn = 0.25
	if o.Quick {
		o.Turn = 0.15
	}
	if o.Rounds <= 0 {
		o.Rounds = 6
		if o.Quick {
			o.Rounds = 3
		}
	}
	return o, nil
}

// measureAll measures until done or interrupted. Nothing it started runs on.
func measureAll(ctx context.Context, o Options, say func(string, ...any)) (*Results, error) {
	setup, err := newSetup(o.Install, say)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(setup.Dir)
	r := &Runner{
		Options: o, setup: setup, gates: map[int]*Gate{}, peers: map[string]*Peer{}, say: say,
		results: &Results{
			Date: time.Now().UTC().Format("2006-01-02 15:04 UTC"), Machine: thisMachine(), Options: o.String(),
			Versions: map[string]string{}, Missing: setup.Missing, Skipped: map[string]string{},
		},
	}
	defer r.close()
	waits := 5
	if o.Quick {
		waits = 3
	}
	for _, n := range o.Threads {
		r.gates[n] = newGate(n, waits)
	}
	r.results.Peak = peaks(o.Threads)
	r.sections(ctx)
	r.memory(ctx)
	r.processes(ctx)
	r.sizes(ctx)
	return r.results, nil
}

// String returns the options that change what is measured.
func (o Options) String() string {
	s := fmt.Sprintf("%d rounds of %g s a turn", o.Rounds, o.Turn)
	if o.Quick {
		s += ", quick"
	}
	if o.Only != nil {
		s += fmt.Sprintf(", only %q", o.Only)
	}
	return s
}
