package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test program a fake peer when it is started as one.
func TestMain(m *testing.M) {
	switch os.Getenv("EBB_BENCH_FAKE") {
	case "":
		os.Exit(m.Run())
	case "silent":
		time.Sleep(time.Minute)
	case "noisy":
		fmt.Println("a library prints something")
	default:
		serve(os.Stdin, os.Stdout, fake)
	}
}

func fake(q Request) (Response, error) {
	switch q.Op {
	case opHello:
		return Response{Version: "fake of " + os.Getenv("OMP_NUM_THREADS") + " threads", Configs: []string{"slow", "fast", "broken"}}, nil
	case opPrepare:
		if q.Config == "broken" {
			panic("does not work")
		}
		return Response{}, nil
	case opRun:
		if q.Config == "slow" {
			return Response{Samples: []float64{20, 21, 22}}, nil
		}
		return Response{Samples: []float64{10, 11, 12}}, nil
	}
	return Response{}, nil
}

func startFake(t *testing.T, kind string) (*Peer, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := start(context.Background(), Launch{Name: "fake", Args: []string{self}, Env: []string{"EBB_BENCH_FAKE=" + kind}}, 2)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

func TestPeer(t *testing.T) {
	p, err := startFake(t, "peer")
	if err != nil {
		t.Fatal(err)
	}
	if p.Version != "fake of 2 threads" {
		t.Errorf("version %q", p.Version)
	}
	ctx := context.Background()
	if _, err := p.call(ctx, Request{Op: opPrepare, Config: "broken"}, time.Minute); err == nil || !strings.Contains(err.Error(), "does not work") {
		t.Errorf("a panic is told as %v", err)
	}
	r, err := p.call(ctx, Request{Op: opRun, Config: "fast"}, time.Minute) // it goes on after an error
	if err != nil || len(r.Samples) != 3 {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestPeerThatSpeaksOtherwise(t *testing.T) {
	if _, err := startFake(t, "noisy"); err == nil || !strings.Contains(err.Error(), "not an answer") {
		t.Errorf("got %v", err)
	}
}

func TestPeerThatDoesNotAnswer(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := start(ctx, Launch{Name: "fake", Args: []string{self}, Env: []string{"EBB_BENCH_FAKE=silent"}}, 1); err == nil {
		t.Error("no error")
	}
	if time.Since(began) > 20*time.Second {
		t.Error("the peer was not ended with its context")
	}
}

func TestTrialKeepsTheBestConfiguration(t *testing.T) {
	p, err := startFake(t, "peer")
	if err != nil {
		t.Fatal(err)
	}
	calm := &Gate{threads: 1, spin: func(int, time.Duration) float64 { return 1 }}
	r := &Runner{Options: Options{Threads: []int{1}, Turn: 0.01}, gates: map[int]*Gate{1: calm}}
	kept, tried, err := r.entries(context.Background(), p, Section{}, Workload{Kind: kindTrain})
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 1 || kept[0].Config != "fast" {
		t.Errorf("kept %v", kept)
	}
	if len(tried) != 3 || tried[0].Tenth == 0 || tried[2].Error == "" {
		t.Errorf("tried %+v", tried)
	}
}

func TestRoundsAreRepeatedWhenDisturbed(t *testing.T) {
	p, err := startFake(t, "peer")
	if err != nil {
		t.Fatal(err)
	}
	rates := []float64{1, 0.5, 1, 1, 1, 1} // the end of the first round is disturbed
	g := &Gate{threads: 1, best: 1, spin: func(int, time.Duration) float64 {
		rate := rates[0]
		rates = rates[1:]
		return rate
	}}
	c := &Contestant{Peer: p, Config: "fast"}
	s := rounds(context.Background(), g, []*Contestant{c}, 2, 0.01)
	if s != (Steadiness{Rounds: 2, Discarded: 1}) || len(c.tenths) != 2 || len(c.samples) != 6 {
		t.Errorf("got %+v with %d rounds", s, len(c.tenths))
	}
}

func TestRoundsOfABusyMachineEnd(t *testing.T) {
	p, err := startFake(t, "peer")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{threads: 1, best: 1, spin: func(int, time.Duration) float64 { return 0.5 }}
	c := &Contestant{Peer: p, Config: "fast"}
	s := rounds(context.Background(), g, []*Contestant{c}, 4, 0.01)
	if s != (Steadiness{Rounds: 4, Discarded: 2, Unsteady: 4}) || len(c.tenths) != 4 {
		t.Errorf("got %+v with %d rounds", s, len(c.tenths))
	}
}

// TestEbbAnswers sends Ebb's own side a whole conversation.
func TestEbbAnswers(t *testing.T) {
	w := stepCases("")[5].Workload // tiny
	var in, out bytes.Buffer
	for _, q := range []Request{
		{Op: opHello}, {Op: opLosses, Workload: &w, Steps: 3}, {Op: opPrepare, Workload: &w},
		{Op: opRun, Seconds: 0.001}, {Op: opRun, Config: "other"}, {Op: opDrop},
	} {
		line, _ := json.Marshal(q)
		in.Write(append(line, '\n'))
	}
	if err := serve(&in, &out, (ebbPeer{steps: map[string]func(){}}).answer); err != nil {
		t.Fatal(err)
	}
	var answers []Response
	for line := range bytes.Lines(out.Bytes()) {
		var r Response
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, r)
	}
	if len(answers) != 6 {
		t.Fatalf("%d answers:\n%s", len(answers), out.String())
	}
	if len(answers[1].Losses) != 3 || !(answers[1].Losses[0] > 0) || len(answers[3].Samples) == 0 || !strings.Contains(answers[4].Error, "not prepared") {
		t.Errorf("got\n%s", out.String())
	}
}
