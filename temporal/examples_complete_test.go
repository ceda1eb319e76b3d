package temporal_test

import (
	"testing"

	"github.com/braid-go/braid/internal/shown"
)

func TestEveryExportedFunctionMethodAndTypeHasAnExample(t *testing.T) {
	shown.Check(t, ".", "github.com/braid-go/braid/temporal")
}
