package experiment

import (
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema returns the JSON Schema of the spec (draft 2020-12), made from the
// same table of keys that the parser reads.
func Schema() *jsonschema.Schema {
	s := objectSchema(specFields(defaultSpec()))
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "Ebb spec"
	s.Description = "Data, model, loss, optimizer and training of one network"
	return s
}

// SchemaJSON returns the schema as indented JSON.
func SchemaJSON() ([]byte, error) { return json.MarshalIndent(Schema(), "", "  ") }
