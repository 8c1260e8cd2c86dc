package main

import "io"

func drawPicture(w io.Writer, r *Results) {}
