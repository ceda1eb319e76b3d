package vet_test

import (
	"os"
	"testing"

	"github.com/braid-go/braid/vet"
)

// The test binary is the tool: Main hands go vet its own executable.
func TestMain(m *testing.M) {
	if vet.IsTool(os.Args[1:]) {
		vet.Tool()
	}
	os.Exit(m.Run())
}
