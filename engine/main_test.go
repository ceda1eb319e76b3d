package engine_test

import (
	"testing"

	"github.com/braid-go/braid/internal/leftover"
)

func TestMain(m *testing.M) { leftover.Run(m) }
