package sleep_short

import (
	"context"
	"time"
)

func short(ctx context.Context) {
	time.Sleep(10 * time.Millisecond) // want `time.Sleep ignores ctx`
}

func noContext() { time.Sleep(10 * time.Millisecond) }
