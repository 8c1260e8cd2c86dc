package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

var errMissing = errors.New("not set up")

// micro writes microseconds for a person, three digits, in a unit that fits.
func micro(us float64) string {
	switch {
	case us == 0 || math.IsNaN(us):
		return "–"
	case us < 1e3:
		return digits(us) + " µs"
	case us < 1e6:
		return digits(us/1e3) + " ms"
	}
	return digits(us/1e6) + " s"
}

// digits writes three significant digits.
func digits(v float64) string {
	switch {
	case v >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func times(ratio float64) string {
	if ratio == 0 || math.IsNaN(ratio) {
		return "–"
	}
	return digits(ratio) + "×"
}

func size(bytes int64) string {
	if v := float64(bytes); v >= 1e9 {
		return digits(v/1e9) + " GB"
	}
	return digits(float64(bytes)/1e6) + " MB"
}

func sizeOr(bytes int64, problem string) string {
	if problem != "" {
		return problem
	}
	return size(bytes)
}

// named returns a peer with its configuration.
func named(peer, config string) string {
	if config == "" {
		return peer
	}
	return peer + " " + config
}

// oneLine tells a case while the program runs.
func oneLine(c CaseResult) string {
	var parts []string
	for i, s := range c.Sides {
		t := named(s.Peer, s.Config) + " " + micro(s.Tenth)
		if i > 0 && s.RatioTenth > 0 {
			t += " (" + times(s.RatioTenth) + ")"
		}
		if s.Error != "" {
			t = s.Peer + ": " + shorten(s.Error, 60)
		}
		parts = append(parts, t)
	}
	if c.Unsteady+c.Discarded > 0 {
		parts = append(parts, fmt.Sprintf("%d rounds discarded, %d unsteady", c.Discarded, c.Unsteady))
	}
	return strings.Join(parts, ", ")
}

func shorten(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
