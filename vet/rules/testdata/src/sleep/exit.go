package sleep

import (
	"context"
	"os"
	"time"
)

func quit(ctx context.Context) {
	go func() {
		time.Sleep(time.Second) // the answer goes out first
		os.Exit(0)
	}()
}
