package braidtest_test

import (
	"testing"

	"github.com/braid-go/braid/braidtest"
)

func TestMain(m *testing.M) { braidtest.Main(m) }
