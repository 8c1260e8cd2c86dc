package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
)

var (
	fenced = regexp.MustCompile("(?ms)^ *```(\\w+)\n(.*?)^ *```")
	link   = regexp.MustCompile(`\]\(([^)#]+)\)`)
)

// What the documents tell to type exists: commands and their flags, spec files,
// Go code, relative links.
func TestDocuments(t *testing.T) {
	for _, name := range []string{"README.md", "README.ko.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		commands := 0
		for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
			switch lang, body := block[1], block[2]; lang {
			case "sh":
				for line := range strings.Lines(body) {
					if checkCommand(t, name, line) {
						commands++
					}
				}
			case "yaml":
				if _, err := experiment.ParseSpec(name, []byte(body)); err != nil {
					t.Error(err)
				}
			case "go":
				checkGo(t, name, body)
			}
		}
		if commands == 0 {
			t.Errorf("%s: no command found", name)
		}
		for _, l := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(l[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", "..", l[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// checkCommand reports whether the line calls ebb, and checks how.
func checkCommand(t *testing.T, name, line string) bool {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	rest, ok := strings.CutPrefix(line, "go run ./cmd/ebb ")
	if !ok {
		if rest, ok = strings.CutPrefix(line, "ebb "); !ok {
			return false
		}
	}
	c, args, err := newRoot().Find(words(rest))
	if err == nil && c.HasParent() {
		err = c.ParseFlags(args)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	if err != nil || !c.HasParent() {
		t.Errorf("%s: %q: no such command (%v)", name, line, err)
	}
	return true
}

// words splits a line as a shell does that has no quotes but double ones.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// checkGo parses a block as the body of a function, as declarations or as the
// elements of a list.
func checkGo(t *testing.T, name, body string) {
	var err error
	for _, wrap := range [][2]string{{"package p\nfunc _() {\n", "\n}"}, {"package p\n", ""}, {"package p\nvar _ = []any{\n", "\n}"}} {
		if _, err = parser.ParseFile(token.NewFileSet(), name, wrap[0]+body+wrap[1], 0); err == nil {
			return
		}
	}
	t.Errorf("%s: a block of Go code does not parse: %v\n%s", name, err, body)
}
