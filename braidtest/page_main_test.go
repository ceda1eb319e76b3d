package braidtest_test

// The files page_*_test.go hold what docs/testing.md shows.

import (
	"testing"

	"github.com/braid-go/braid/braidtest"
)

func TestMain(m *testing.M) { braidtest.Main(m) }
