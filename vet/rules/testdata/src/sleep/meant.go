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
