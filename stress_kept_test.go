package braid_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/braid-go/braid"
)

// A task without a handle is a node that is used again. Whoever keeps the
// context of one that has ended, and asks it, must not end the one that has
// the node now.
func TestStress_AContextThatIsKeptAndAskedDoesNotEndAnotherTask(t *testing.T) {
	n := int64(1_000_000)
	if testing.Short() || racing {
		n /= 10
	}
	g, _ := braid.Open(context.Background())
	var ran atomic.Int64
	var askers sync.WaitGroup
	kept := make(chan context.Context, 1)
	for range 2 {
		askers.Go(func() {
			for ctx := range kept {
				for range 50 {
					if ctx.Err() != nil {
						break
					}
					runtime.Gosched()
				}
			}
		})
	}
	for i := range n {
		g.Go(func(ctx context.Context) error {
			ran.Add(1)
			select {
			case kept <- ctx:
			default:
			}
			return nil
		})
		if i%8 == 0 {
			runtime.Gosched()
		}
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	close(kept)
	askers.Wait()
	if ran.Load() != n {
		t.Errorf("%d of %d ran", ran.Load(), n)
	}
}
