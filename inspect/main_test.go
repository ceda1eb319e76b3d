package inspect_test

import (
	"testing"

	"github.com/braid-go/braid/internal/leftover"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { leftover.Run(m) }
