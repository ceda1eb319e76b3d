package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Go's own traps, continued: contexts that others implement, above and below
// ours, and what the standard library does with a context.

// ownContext is a context as programs make them by hand. It dies when kill is
// called, with an error and a Done of its own.
type ownContext struct {
	context.Context
	mu   sync.Mutex
	done chan struct{}
	err  error
}

func newOwnContext(up context.Context) *ownContext {
	return &ownContext{Context: up, done: make(chan struct{})}
}

func (c *ownContext) Done() <-chan struct{} { return c.done }

func (c *ownContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *ownContext) kill(err error) {
	c.mu.Lock()
	c.err = err
	c.mu.Unlock()
	close(c.done)
}

func TestRule3_6_TheDeathOfAForeignContextIsAPlainCancellation(t *testing.T) {
	errOwn := errors.New("the engine was turned off")
	for name, c := range map[string]struct{ with, matches error }{
		"canceled":  {context.Canceled, context.Canceled},
		"deadline":  {context.DeadlineExceeded, context.DeadlineExceeded},
		"its own":   {errOwn, context.Canceled},
		"wrapped":   {fmt.Errorf("gone: %w", context.Canceled), context.Canceled},
		"its cause": {errOwn, errOwn},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				own := newOwnContext(ctx)
				time.AfterFunc(time.Second, func() { own.kill(c.with) })
				err := braid.Run(own, func(ctx context.Context, g *braid.Group) error {
					g.Go(untilDead)
					g.Go(func(ctx context.Context) error {
						return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
							g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
							return untilDead(ctx)
						})
					})
					return untilDead(ctx)
				})
				wantPlainCancel(t, err, c.matches, c.with)
				at(t, start, time.Second, "the end")
				err = braid.Run(own, func(context.Context, *braid.Group) error { t.Error("called"); return nil })
				wantPlainCancel(t, err, c.matches, c.with)
			})
		})
	}
}

func TestRule3_6_ACancelBecauseOfATimeoutElsewhereIsACancel(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		why := fmt.Errorf("another service: %w", context.DeadlineExceeded)
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(why) })
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(untilDead)
			return nil
		})
		wantPlainCancel(t, err, context.Canceled, why)
		var timeout interface{ Timeout() bool }
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Error("it says that it is a timeout:", err)
		}
	})
}

// keyed is a context that answers for its own key only and hands all else up.
type keyed struct {
	context.Context
	v any
}

func (k keyed) Value(key any) any {
	if key == (keyed{}) {
		return k.v
	}
	return k.Context.Value(key)
}

func TestRule11_3_AForeignContextBetweenOurScopesChangesNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				ctx = context.WithValue(keyed{ctx, 1}, time.Time{}, 2)
				ctx, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				task := braid.Fork(g, func(context.Context) (int, error) { time.Sleep(time.Second); return 5, nil })
				if v, err := task.Wait(ctx); v != 5 || err != nil { // lends the one slot
					t.Error(v, err)
				}
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					if ctx.Value(keyed{}) != 1 || ctx.Value(time.Time{}) != 2 {
						t.Error("a value is lost")
					}
					g.Go(failAfter(time.Second, errOne), braid.Name("bad"))
					return nil
				}, braid.Name("inner"))
			}, braid.Name("task"))
			return nil
		}, braid.Limit(1), braid.Name("outer"))
		for path := range braid.Leaves(err) {
			if path != "outer/task/inner/bad" {
				t.Error(path)
			}
		}
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule9_4_WithoutCancelBelowATaskOutlivesItsCancelAndKeepsItsValues(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var below context.Context
		after := 0
		err := braid.Run(context.WithValue(ctx, key{}, "v"), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				below = context.WithoutCancel(ctx)
				stop := context.AfterFunc(ctx, func() { after++ })
				defer stop()
				g.Cancel()
				synctest.Wait()
				return braid.Run(below, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
					return nil
				})
			})
			return nil
		})
		if err != nil || after != 1 || below.Err() != nil || below.Value(key{}) != "v" || context.Cause(below) != nil {
			t.Error(err, after, below.Err(), below.Value(key{}))
		}
	})
}

// the server half: r.Context() is the parent, and dies with the client
func TestRule11_1_AGroupInAnHTTPHandlerEndsWithItsClient(t *testing.T) {
	ended := make(chan error, 1)
	started := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended <- braid.Run(r.Context(), func(ctx context.Context, g *braid.Group) error {
			if ctx.Value(http.ServerContextKey) == nil {
				t.Error("the server's values are lost")
			}
			g.Go(func(ctx context.Context) error {
				close(started)
				return untilDead(ctx)
			})
			g.Go(untilDead, braid.Background)
			return nil
		})
	}))
	defer server.Close()
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		client := braid.Fork(g, func(ctx context.Context) (int, error) {
			req, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
			if err != nil {
				return 0, err
			}
			_, err = server.Client().Do(req)
			return 0, err
		})
		<-started
		client.Cancel()
		_, err := client.Wait(ctx)
		if client.State() != braid.Cancelled || !errors.Is(err, context.Canceled) {
			t.Error(client.State(), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantPlainCancel(t, <-ended, context.Canceled)
}

// a body that is read after the deadline of a limit around it
func TestRule9_1_AnHTTPBodyCutShortByATimeoutIsATimeout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half of it")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	var read []byte
	err := braid.Timeout(t.Context(), 100*time.Millisecond, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
		if err != nil {
			return err
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		read, err = io.ReadAll(resp.Body)
		return err
	}, braid.Name("download"))
	if te, ok := err.(*braid.TimeoutError); !ok || te.Name != "download" || string(read) != "half of it" {
		t.Errorf("%T %v, %q", err, err, read)
	}
}

// a net.Conn that a handler closes: the reader's error is collateral, or noise
func TestRule3_4_AConnectionThatAHandlerClosesIsCollateralUnlessItIsNamedAsNoise(t *testing.T) {
	for name, c := range map[string]struct {
		opts []braid.GroupOption
		want int
	}{
		"collateral": {nil, 2},
		"noise":      {[]braid.GroupOption{braid.CancelNoise(func(err error) bool { return errors.Is(err, io.ErrClosedPipe) })}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				conn, other := net.Pipe()
				defer other.Close()
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						defer braid.AfterFunc(ctx, func() { conn.Close() })()
						_, err := conn.Read(make([]byte, 1))
						return err
					})
					g.Go(failAfter(time.Second, errOne))
					return nil
				}, c.opts...)
				got := failures(t, err)
				if len(got) != c.want || got[0].Err != errOne {
					t.Errorf("%+v", err)
				}
				at(t, start, time.Second, "the end")
			})
		})
	}
}

// exec: Cancel and WaitDelay belong to the command; what it returns is judged
func TestRule11_1_ACommandThatIsInterruptedAndGivenTimeIsCollateral(t *testing.T) {
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip(err)
	}
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			cmd := exec.CommandContext(ctx, "sleep", "60")
			cmd.Cancel = func() error {
				if err := cmd.Process.Kill(); err != nil {
					return err
				}
				return errLate // reported by Wait where the command itself would have ended well
			}
			cmd.WaitDelay = 10 * time.Second
			if err := cmd.Start(); err != nil {
				return err
			}
			g.Go(func(context.Context) error { return errOne })
			return cmd.Wait()
		}, braid.Name("command"))
		return nil
	})
	got := failures(t, err)
	var exit *exec.ExitError
	if len(got) != 2 || got[0].Err != errOne || !errors.As(got[1], &exit) || !got[1].AfterCancel {
		t.Errorf("%+v", err)
	}
	err = braid.Timeout(t.Context(), 20*time.Millisecond, func(ctx context.Context) error {
		return exec.CommandContext(ctx, "sleep", "60").Run()
	})
	if _, ok := braid.TimedOut(err); !ok || !errors.As(err, &exit) {
		t.Errorf("a killed command under a timeout: %v", err)
	}
}

// t.Context dies before Cleanup: a group opened with it is told to end, and Close says why
func TestRule1_7_AGroupOfATestEndsWithTheTestsContext(t *testing.T) {
	var ended, closed error
	t.Run("test", func(t *testing.T) {
		g, _ := braid.Open(t.Context())
		t.Cleanup(func() { closed = g.Close() })
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			ended = context.Cause(ctx)
			return ctx.Err()
		}, braid.Always)
	})
	if !errors.Is(ended, context.Canceled) {
		t.Error(ended)
	}
	wantPlainCancel(t, closed, context.Canceled)
}
