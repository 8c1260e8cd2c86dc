package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var rows, epoch int
	var first, last, accuracy float64
	if _, err := fmt.Sscanf(lines[0], "epoch %d loss %f", &epoch, &first); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(lines[len(lines)-2], "epoch %d loss %f", &epoch, &last); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(lines[len(lines)-1], "held out: %d digits, accuracy %f", &rows, &accuracy); err != nil {
		t.Fatal(err)
	}
	if epoch != 20 || !(last < first/3) || rows != 359 || accuracy < 95 {
		t.Errorf("loss %v → %v after %d epochs, accuracy %v %% of %d rows:\n%s", first, last, epoch, accuracy, rows, out.String())
	}
}
