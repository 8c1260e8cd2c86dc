package data

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTextIsAStream(t *testing.T) {
	d := text(t, "\ufeff가나다 나비\nab가")
	if want := []string{"\n", " ", "a", "b", "가", "나", "다", "비"}; !slices.Equal(d.Classes, want) || d.IDs != 8 {
		t.Errorf("characters %q", d.Classes)
	}
	var b strings.Builder
	for i, id := range d.X.Data {
		b.WriteString(d.Classes[int(id)])
		if i > 0 && d.Y.Data[i-1] != id {
			t.Errorf("step %d: the target before is another", i)
		}
	}
	if b.String() != "가나다 나비\nab" || d.Classes[int(d.Y.Data[d.Len()-1])] != "가" {
		t.Errorf("the text is %q and %v", b.String(), d.Y.Data)
	}
	s := FitScaler(d, true)
	before := slices.Clone(d.X.Data)
	s.Apply(d)
	if !slices.Equal(before, d.X.Data) {
		t.Error("the scaler changed ids")
	}
}

func TestTextErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "test: 0 different characters",
		"aaaa":             "test: 1 different characters, expected a text of at least 2",
		"ab\xff":           "test: byte 2 (0xff) is not UTF-8: save the text as UTF-8",
		"\ufeffab\xea\xb0": "test: byte 5 (0xea) is not UTF-8",
		"ab\x00c":          "test: byte 2 is zero: this is not a text file",
	} {
		if _, _, err := ParseText(strings.NewReader(in), "test"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", in, err, want)
		}
	}
}

func TestVocabulary(t *testing.T) {
	_, s, err := ParseText(strings.NewReader("강물은 흐르고\nebb"), "test")
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Schema
	if err := json.Unmarshal(file, &back); err != nil || back.Check() != nil {
		t.Fatal(err, back.Check())
	}
	v, err := back.Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := v.Encode("고 ebb\n")
	if err != nil || v.Decode(ids) != "고 ebb\n" || v.Len() != 10 || v.Rune(ids[0]) != '고' {
		t.Errorf("%v, %q, %v", ids, v.Decode(ids), err)
	}
	if _, err := v.Encode("ebX지X"); err == nil || err.Error() != "the text the model was trained on did not have 'X' (U+0058), '지' (U+C9C0)" {
		t.Errorf("error %v", err)
	}
	if _, err := v.Encode("0123456789ABCDEF"); err == nil || !strings.HasSuffix(err.Error(), "'9' (U+0039), …") {
		t.Errorf("error %v", err)
	}
	if _, err := v.Encode("e\xffb"); err == nil || !strings.Contains(err.Error(), "byte 1 (0xff)") {
		t.Errorf("error %v", err)
	}
	if _, err := (&Schema{}).Vocabulary(); err == nil {
		t.Error("a table has characters")
	}
	s.Target.Classes[3] = "ab"
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), `class 3 of a text is "ab"`) {
		t.Errorf("error %v", err)
	}
}

// A trained model reads a new text, and the beginning of one.
func TestTextForAModel(t *testing.T) {
	path := write(t, "a.txt", []byte("to be or not to be"))
	d, test, s, err := Open(Source{Path: path}, Options{})
	if err != nil || test != nil || d.Layout != Stream || d.Len() != 17 {
		t.Fatalf("%+v, %v", d, err)
	}
	s.Scaler = FitScaler(d, true)
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	again, err := s.ReadExamples(path)
	if err != nil || !slices.Equal(again.X.Data, d.X.Data) || !slices.Equal(again.Y.Data, d.Y.Data) {
		t.Errorf("read again: %v, %v", again, err)
	}
	in, err := s.ReadInputs(path)
	if err != nil || in.Len() != 18 || in.Y != nil {
		t.Errorf("inputs: %v, %v", in, err)
	}
	in, err = s.FromText("not")
	if err != nil || in.Len() != 3 || in.IDs != d.IDs {
		t.Errorf("a prompt: %v, %v", in, err)
	}
	if _, err = s.FromText("knot"); err == nil || !strings.Contains(err.Error(), "text: the text the model was trained on did not have 'k'") {
		t.Errorf("error %v", err)
	}
	if _, err = s.FromText(""); err == nil || err.Error() != "text: no characters" {
		t.Errorf("error %v", err)
	}
	if _, err = s.FromRows([]map[string]any{{"character": "t"}}); err == nil || !strings.Contains(err.Error(), "the model takes a text") {
		t.Errorf("error %v", err)
	}
	if _, _, _, err = Open(Source{Path: path}, Options{Task: AsRegression}); err == nil || !strings.Contains(err.Error(), "the next character of a text is a class") {
		t.Errorf("error %v", err)
	}
}

// With a target, a .txt file is a table as before.
func TestTableNamedText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.txt")
	if err := os.WriteFile(path, []byte("a\tb\n1\t2.5\n3\t4.5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	d, _, s, err := Open(Source{Path: path}, Options{Target: "b"})
	if err != nil || d.Layout != Rows || d.Len() != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	if in, err := s.ReadInputs(path); err != nil || in.Len() != 2 {
		t.Errorf("%v, %v", in, err)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("가나다\r\nabc"))
	f.Add([]byte("\xef\xbb\xbfab\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		d, s, err := ParseText(strings.NewReader(string(in)), "fuzz")
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		v, err := s.Vocabulary()
		if err != nil {
			t.Fatal(err)
		}
		ids, err := v.Encode(strings.TrimPrefix(string(in), "\ufeff"))
		if err != nil || len(ids) != d.Len()+1 || v.Decode(ids) != strings.TrimPrefix(string(in), "\ufeff") {
			t.Fatalf("%d ids of %d, %v", len(ids), d.Len(), err)
		}
	})
}
