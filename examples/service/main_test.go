package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
)

// exported trains a small model on the penguins, exports it and opens the file.
func exported(t *testing.T) *experiment.Trained {
	t.Helper()
	spec, err := experiment.ParseSpec("penguins.yaml", []byte(`
data: {source: penguins, target: species}
model: [{dense: {units: 16, activation: relu}}, {dense: {units: 3}}]
optimizer: {name: adam, lr: 0.01}
train: {epochs: 20, batch: 32}
`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(t.TempDir(), "run")
	if _, err := e.Run(context.Background(), experiment.RunOptions{Dir: run}); err != nil {
		t.Fatal(err)
	}
	trained, err := experiment.Open(run)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "penguins.safetensors")
	if err := trained.Export(file); err != nil {
		t.Fatal(err)
	}
	model, err := experiment.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

const (
	adelie = `{"island":"Torgersen","bill_length_mm":39.1,"bill_depth_mm":18.7,"flipper_length_mm":181,"body_mass_g":3750,"sex":"MALE"}`
	gentoo = `{"island":"Biscoe","bill_length_mm":46.1,"bill_depth_mm":13.2,"flipper_length_mm":211,"body_mass_g":4500,"sex":null}`
)

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	r, err := http.Post(url+"/predict", "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return r.StatusCode, string(b)
}

func TestService(t *testing.T) {
	server := httptest.NewServer(handler(exported(t)))
	defer server.Close()

	both := `{"rows":[` + adelie + `,` + gentoo + `]}`
	status, first := post(t, server.URL, both)
	var got struct {
		Predictions []experiment.Prediction `json:"predictions"`
	}
	if err := json.Unmarshal([]byte(first), &got); err != nil || status != 200 || len(got.Predictions) != 2 {
		t.Fatalf("status %d, %v: %s", status, err, first)
	}
	if a, g := got.Predictions[0].Class, got.Predictions[1].Class; a != "Adelie" || g != "Gentoo" {
		t.Errorf("an Adelie and a Gentoo were taken for %s and %s", a, g)
	}

	// Requests at the same time get the same answers.
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			if status, body := post(t, server.URL, both); status != 200 || body != first {
				t.Errorf("status %d: %s", status, body)
			}
		})
	}
	wait.Wait()

	for _, bad := range []struct{ body, want string }{
		{``, "EOF"},
		{`{"rows":[`, "unexpected EOF"},
		{`{"rows":[]}`, "no rows"},
		{`{"row":[]}`, "unknown field"},
		{`{"rows":[{"island":"Biscoe"}]}`, `no column \"bill_length_mm\"`},
		{`{"rows":[` + strings.Replace(adelie, `39.1`, `"long"`, 1) + `]}`, `row 1, column \"bill_length_mm\": found the text \"long\"`},
		{`{"rows":[` + strings.Replace(adelie, `Torgersen`, `Jeju`, 1) + `]}`, `which the training data did not have`},
		{`{"rows":[` + strings.Replace(adelie, `39.1`, `1e999`, 1) + `]}`, "1e999"},
		{`{"rows":[` + adelie + `]} {}`, "more than one"},
		{`{"rows":[{"island":"` + strings.Repeat("x", maxBody) + `"}]}`, "too large"},
	} {
		if status, body := post(t, server.URL, bad.body); status != 400 || !strings.Contains(body, bad.want) {
			t.Errorf("%.60s: status %d, %.200s; want 400 and %q", bad.body, status, body, bad.want)
		}
	}
}
