package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ebb-ml/ebb/train"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress tells on standard error how a training goes on: a bar on a terminal,
// a plain line every ten seconds elsewhere.
type progress struct {
	out   io.Writer
	bar   *progressbar.ProgressBar // nil when out is no terminal
	tty   bool
	told  time.Time
	loss  float64
	valid string
}

const plainInterval = 10 * time.Second

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, tty: ok && term.IsTerminal(int(f.Fd())), told: time.Now()}
}

func (p *progress) step(s train.StepInfo) {
	p.loss = s.Loss
	if !p.tty {
		if time.Since(p.told) >= plainInterval {
			p.told = time.Now()
			fmt.Fprintf(p.out, "epoch %d, step %d of %d, loss %.4g%s\n", s.Epoch+1, s.Step, s.Step+s.StepsRemaining, s.Loss, p.valid)
		}
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(int64(s.Step+s.StepsRemaining), progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetWidth(24), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	}
	if time.Since(p.told) > 100*time.Millisecond || s.StepsRemaining == 0 {
		p.told = time.Now()
		p.bar.Describe(fmt.Sprintf("loss %.4g%s", p.loss, p.valid))
		_ = p.bar.Set64(int64(s.Step)) // a terminal that takes nothing must not end a training
	}
}

func (p *progress) epoch(e train.Epoch) {
	if m := e.Validation; m != nil {
		p.valid = fmt.Sprintf(", validation %.4g", m.Loss)
	}
}

// done takes the bar away.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
