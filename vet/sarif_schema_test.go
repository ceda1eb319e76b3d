package vet_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// conforms holds a log against the schema of SARIF 2.1.0, as OASIS publishes it.
func conforms(t *testing.T, log string) {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join("testdata", "sarif", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v\n%s", err, log)
	}
}

func TestSARIFWithoutFindingsConformsToo(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package m\n"})
	status, out, errs := run(t, "-C", dir, "-sarif")
	if status != 0 {
		t.Fatalf("status %d\n%s", status, errs)
	}
	conforms(t, out)
}
