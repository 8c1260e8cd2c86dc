// Command service answers predictions of a model that ebb trained, as JSON.
//
//	ebb train penguins --out runs/penguins
//	ebb export runs/penguins -o penguins.safetensors
//	go run ./examples/service penguins.safetensors
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/ebb-ml/ebb/experiment"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: service MODEL")
	}
	model, err := experiment.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler(model), ReadTimeout: 10 * time.Second}
	log.Printf("POST rows to http://%s/predict", server.Addr)
	log.Fatal(server.ListenAndServe())
}

// maxBody bounds what one request may make the server read.
const maxBody = 1 << 20

// handler answers POST /predict with one prediction for each row of
//
//	{"rows": [{"island": "Biscoe", "bill_length_mm": 45.1, …}, …]}
//
// One model serves all requests at once: predicting writes nothing to it.
func handler(model *experiment.Trained) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /predict", func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Rows []map[string]any `json:"rows"`
		}
		if err := decode(http.MaxBytesReader(w, r.Body, maxBody), &request); err != nil {
			answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		predictions, err := model.PredictRows(request.Rows)
		if err != nil {
			answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]any{"predictions": predictions})
	})
	return mux
}

// decode reads one JSON document, and nothing after it.
func decode(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("the body is not what was expected: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body has more than one JSON document")
	}
	return nil
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Print(err) // the client went away
	}
}
