package braid_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/braid-go/braid"
)

// Found by an example on a loaded machine: a Done that came between a task's
// end and its removal from the group closed a channel that was closed again.
func TestTaskDone_AskedForWhileTheTaskEndsIsClosedOnce(t *testing.T) {
	for range 10_000 {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
			// Spin, to be there at the very moment; but not for ever, for
			// there may be one processor only.
			for n := 1; task.State() != braid.Succeeded; n++ {
				if n%1000 == 0 {
					runtime.Gosched()
				}
			}
			<-task.Done()
			<-task.Done()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
