package main

import "context"

func (r *Runner) processes(ctx context.Context) {}
func (r *Runner) sizes(ctx context.Context)     {}
func peaks(threads []int) map[int]float64       { return nil }
