package inspect_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// BenchmarkAMillionQuickTasks has rows without a look, with ten a second, and with
// a follower over HTTP who wants to hear of changes as often.
func BenchmarkAMillionQuickTasks(b *testing.B) {
	for _, row := range []struct {
		name string
		look func(ctx context.Context) error // until ctx is dead
	}{
		{"unseen", untilCancelled},
		{"seen", func(ctx context.Context) error {
			for braid.Sleep(ctx, 100*time.Millisecond) == nil {
				inspect.Take()
			}
			return nil
		}},
		{"followed", func(ctx context.Context) error {
			server := httptest.NewServer(inspect.Handler())
			defer server.Close()
			req, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/events?every=100ms", nil)
			if err != nil {
				return err
			}
			res, err := server.Client().Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			_, err = io.Copy(io.Discard, res.Body)
			return err
		}},
	} {
		b.Run(row.name, func(b *testing.B) {
			_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
				g.Go(row.look, braid.Background)
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					for range b.N {
						g.Go(func(context.Context) error { return nil })
					}
					return nil
				})
			})
		})
	}
}

// Spawning, failing, cancelling, waiting and looking at once: what the race
// detector is to see, and that nothing hangs.
func TestLookingWhileAllIsInMotionDisturbsNothing(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	var lookers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		lookers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s := inspect.Take(inspect.Max(300))
					_ = s.String()
				}
			}
		})
	}
	for range rounds {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for i := range 20 {
				slow := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, untilCancelled(ctx) })
				g.Go(func(ctx context.Context) error { _, err := slow.Wait(ctx); return err })
				g.Go(func(ctx context.Context) error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						for range 5 {
							g.Go(untilCancelled)
						}
						if i == 10 {
							return errors.New("broken")
						}
						slow.Cancel()
						return nil
					}, braid.Limit(2))
				})
			}
			return nil
		})
	}
	close(stop)
	lookers.Wait()
}
