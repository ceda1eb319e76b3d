package engine_test

import (
	"testing"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
)

func TestTheEngineOfThisProcess(t *testing.T) {
	enginetest.Run(t, func(*testing.T) engine.Engine { return engine.Local() })
}
