// Shapes of large programs that look like the rule's, and are meant.

package sleep

import (
	"context"
	"time"
)

func newID(ctx context.Context, taken func(int64) bool) int64 {
	for {
		if id := time.Now().UnixNano(); !taken(id) {
			return id
		}
		time.Sleep(time.Nanosecond)
	}
}

// The context of a try, which the pause between two tries has nothing to do with.

func tries(put func(context.Context) error) {
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := put(ctx)
		cancel()
		if err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}
