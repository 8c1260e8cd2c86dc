// Command gen writes the amd64 assembly of package kernel:
//
//	go run . -file NAME -out ../NAME_amd64.s -stubs ../NAME_amd64.go -pkg kernel
//
// It is a module of its own, so that nobody who uses Ebb needs avo.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/mmcloughlin/avo/build"
)

// files are the assembly files by name; each source file here adds its own.
var files = map[string]func(){}

func main() {
	name := flag.String("file", "", "which assembly file to write")
	flag.Parse()
	write, ok := files[*name]
	if !ok {
		fmt.Fprintf(os.Stderr, "gen: no file %q\n", *name)
		os.Exit(2)
	}
	build.ConstraintExpr("amd64,!purego,!float64")
	write()
	build.Generate()
}
