package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEncode compares every word of the generated files, and every instruction
// that encode knows, with what the GNU assembler makes of the same text.
func TestEncode(t *testing.T) {
	as, err := exec.LookPath("aarch64-linux-gnu-as")
	if err != nil {
		t.Skip("needs aarch64-linux-gnu-as (Debian: binutils-aarch64-linux-gnu)")
	}
	seen := map[string]bool{}
	for _, f := range files {
		a := &asm{used: seen}
		f(a)
	}
	for name := range same {
		seen[name+arrange(name, " v1.%s, v30.%s, v17.%s")] = true
	}
	for name := range zeros {
		seen[name+" v31.4s, v2.4s, #0.0"] = true
		seen[name+" v31.2d, v2.2d, #0.0"] = true
	}
	for name := range element {
		for i := range 4 {
			seen[fmt.Sprintf("%s v9.4s, v22.4s, v29.s[%d]", name, i)] = true
		}
	}
	for name := range two {
		switch name {
		case "fcvtl":
			seen["fcvtl v3.2d, v4.2s"] = true
		case "fcvtl2":
			seen["fcvtl2 v3.2d, v4.4s"] = true
		case "fcvtn":
			seen["fcvtn v3.2s, v4.2d"] = true
		case "fcvtn2":
			seen["fcvtn2 v3.4s, v4.2d"] = true
		default:
			seen[name+arrange(name, " v5.%s, v26.%s")] = true
		}
	}
	var texts []string
	for text := range seen {
		texts = append(texts, text)
	}
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	if err := os.WriteFile(source, []byte(strings.Join(texts, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(as, "-o", object, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(strings.TrimSuffix(as, "as")+"objcopy", "-O", "binary", object, binary).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	words, err := os.ReadFile(binary)
	if err != nil || len(words) != 4*len(texts) {
		t.Fatalf("%d bytes for %d instructions: %v", len(words), len(texts), err)
	}
	for i, text := range texts {
		w := words[4*i:]
		want := uint32(w[0]) | uint32(w[1])<<8 | uint32(w[2])<<16 | uint32(w[3])<<24
		if got := encode(text); got != want {
			t.Errorf("%s: %#08x, want %#08x", text, got, want)
		}
	}
	t.Logf("%d instructions agree", len(texts))
}

func arrange(name, form string) string {
	a := "4s"
	switch name {
	case "and", "bic", "orr", "eor", "bsl", "bit", "bif", "not":
		a = "16b"
	}
	return strings.ReplaceAll(form, "%s", a)
}

// TestGenerated tells when a generated file is not what the generator writes.
func TestGenerated(t *testing.T) {
	for name, f := range files {
		a := &asm{}
		f(a)
		for suffix, text := range a.files() {
			have, err := os.ReadFile(filepath.Join("..", "..", name+suffix))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(have, text) {
				t.Errorf("%s%s is stale: go generate ./internal/kernel", name, suffix)
			}
		}
	}
}
