package braid_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows section 11 of the contract: Go's own traps. What needs the
// race detector or OS threads is in rule11_reuse_test.go.

// hangingServer answers nobody.
func hangingServer(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

func get(ctx context.Context, url string, began func()) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	began()
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return err
}

func TestRule11_1_AnHTTPRequestUnderACancelledGroupIsCancelledNotFailed(t *testing.T) {
	s := hangingServer(t)
	began := make(chan struct{})
	var got error
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			got = get(ctx, s.URL, func() { close(began) })
			return got
		})
		g.Go(func(context.Context) error { <-began; return errOne })
		return nil
	})
	wantFailures(t, err, errOne)
	if !errors.Is(got, context.Canceled) || errors.Is(got, errOne) {
		t.Errorf("the request gave %v", got)
	}
}

func TestRule11_1_AnHTTPRequestUnderADeadlineIsATimeout(t *testing.T) {
	s := hangingServer(t)
	err := braid.Timeout(context.Background(), 50*time.Millisecond, func(ctx context.Context) error {
		err := get(ctx, s.URL, func() {})
		if ue := (*url.Error)(nil); errors.As(err, &ue) && !ue.Timeout() {
			t.Errorf("%v is no timeout for net/http", err)
		}
		return err
	})
	if _, ok := err.(*braid.TimeoutError); !ok || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %T (%v)", err, err)
	}
}

func TestRule11_1_AKilledCommandIsCollateral(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("no sleep command")
	}
	began := make(chan struct{})
	err = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			cmd := exec.CommandContext(ctx, sleep, "60")
			if err := cmd.Start(); err != nil {
				t.Error(err)
			}
			close(began)
			return cmd.Wait()
		})
		g.Go(func(context.Context) error { <-began; return errOne })
		return nil
	})
	for _, te := range failures(t, err) {
		ee := (*exec.ExitError)(nil)
		if errors.As(te, &ee) != te.AfterCancel {
			t.Errorf("%v has AfterCancel %v", te, te.AfterCancel)
		}
	}
	if err.(*braid.GroupError).Primary().Err != errOne {
		t.Errorf("primary is %v", err.(*braid.GroupError).Primary())
	}
}

func TestRule11_1_AConnectionIsClassifiedByWhatItReturns(t *testing.T) {
	began := make(chan struct{})
	read := func(cut func(net.Conn)) func(context.Context) error {
		return func(ctx context.Context) error {
			here, there := net.Pipe()
			defer there.Close()
			stop := braid.AfterFunc(ctx, func() { cut(here) })
			defer stop()
			began <- struct{}{}
			_, err := here.Read(make([]byte, 1))
			return err
		}
	}
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(read(func(c net.Conn) { c.Close() }))
		g.Go(read(func(c net.Conn) { _ = c.SetDeadline(time.Unix(1, 0)) }))
		<-began
		<-began
		return errOne
	})
	tes := failures(t, err) // io.ErrClosedPipe, an I/O timeout, and the body's
	if len(tes) != 3 || !tes[0].AfterCancel || !tes[1].AfterCancel || tes[2].AfterCancel || err.(*braid.GroupError).Primary() != tes[2] {
		t.Errorf("got %v", err)
	}
	// A dial under a dead context says "operation was canceled", and means it.
	err = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Cancel()
		g.Go(func(ctx context.Context) error {
			_, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:1")
			return err
		}, braid.Always)
		return nil
	})
	if err != nil {
		t.Errorf("a dial: %v", err)
	}
}

func TestRule11_2_DerivingFromAContextOfTheLibraryCostsNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		derive := func(t *testing.T, name string, ctx context.Context) {
			synctest.Wait()
			before := runtime.NumGoroutine()
			for range 100 {
				child, cancel := context.WithCancel(ctx)
				defer cancel()
				grandchild, cancel := context.WithTimeout(child, time.Hour)
				defer cancel()
				_ = grandchild.Done()
			}
			synctest.Wait()
			if more := runtime.NumGoroutine() - before; more > 0 {
				t.Errorf("100 children of %s are %d goroutines", name, more)
			}
		}
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			derive(t, "a body's context", ctx)
			g.Go(func(ctx context.Context) error {
				derive(t, "a task's context", ctx)
				return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
					derive(t, "a limit's context", ctx)
					var d braid.Deadline
					return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
						derive(t, "a movable limit's context", ctx)
						return braid.Shield(ctx, time.Hour, func(ctx context.Context) error {
							derive(t, "a shield's context", ctx)
							return nil
						})
					}, &d)
				})
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule11_3_ValuesPassThrough(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx = context.WithValue(ctx, key{}, "v")
		check := func(ctx context.Context) {
			for _, when := range []string{"fresh", "asked", "dead"} {
				if ctx.Value(key{}) != "v" || ctx.Value("nobody's") != nil {
					t.Errorf("%s: %v", when, ctx.Value(key{}))
				}
				_ = ctx.Done()
			}
		}
		var kept []context.Context
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			check(ctx)
			kept = append(kept, ctx)
			g.Go(func(ctx context.Context) error {
				check(ctx)
				kept = append(kept, ctx)
				return braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
					check(ctx)
					kept = append(kept, ctx)
					return nil
				})
			})
			return nil
		})
		for _, ctx := range kept {
			check(ctx)
		}
	})
}

// agree looks at all four sides of a context at once, as often as it can, and
// checks that none contradicts what was seen before.
func agree(t *testing.T, ctx context.Context, stop *atomic.Bool) {
	var first, cause error
	for first == nil || !stop.Load() {
		closed := false
		select {
		case <-ctx.Done():
			closed = true
		default:
		}
		err := ctx.Err()
		why := context.Cause(ctx)
		until, has := ctx.Deadline()
		switch {
		case closed && err == nil:
			t.Error("Done is closed and Err is nil")
		case first != nil && (err != first || !closed || why != cause):
			t.Errorf("it died of %v (%v), then Err is %v, Cause %v, closed %v", first, cause, err, why, closed)
		case err != nil && why == nil:
			t.Errorf("Err is %v without a cause", err)
		case err != nil && !errors.Is(why, err):
			t.Errorf("Err is %v, the cause %v", err, why)
		case err == context.DeadlineExceeded && (!has || time.Now().Before(until)):
			t.Errorf("the deadline was exceeded before %v", until)
		}
		if first == nil && err != nil {
			first, cause = err, why
			select {
			case <-ctx.Done():
			default:
				t.Error("Err is set and Done is open")
			}
		}
		if t.Failed() {
			return
		}
		runtime.Gosched()
	}
}

func TestRule11_3_DeadlineErrDoneAndCauseAgreeAtEveryMoment(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for round := range rounds {
		var d braid.Deadline
		var stop atomic.Bool
		var watchers sync.WaitGroup
		watch := func(ctx context.Context) {
			for range 2 {
				watchers.Go(func() { agree(t, ctx, &stop) })
			}
		}
		var opts []braid.ScopeOption
		if round%3 == 0 {
			opts = append(opts, &d)
		}
		outer, cancel := context.WithCancel(context.Background())
		_ = braid.Timeout(outer, time.Duration(1+round%5)*100*time.Microsecond, func(ctx context.Context) error {
			watch(ctx)
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				watch(ctx)
				task := braid.Fork(g, func(ctx context.Context) (int, error) {
					watch(ctx)
					below, cancel := context.WithTimeout(ctx, time.Hour)
					defer cancel()
					watch(below)
					return 0, untilDead(below)
				})
				switch round % 4 {
				case 0:
					g.Cancel()
				case 1:
					task.Cancel()
				case 2:
					go cancel()
				}
				return nil
			})
		}, opts...)
		cancel()
		stop.Store(true)
		watchers.Wait()
		if t.Failed() {
			return
		}
	}
}

func TestRule11_4_TwoBubblesInOneProcessDoNotMeet(t *testing.T) {
	for range 2 {
		t.Run("bubble", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := braid.Timeout(t.Context(), time.Minute, func(ctx context.Context) error {
					return braid.Each(ctx, make([]int, 10), func(ctx context.Context, _ int) error {
						_, err := braid.Abandon(ctx, func() (int, error) { time.Sleep(time.Second); return 0, nil }, func(int, error) {})
						return err
					}, braid.Limit(2))
				})
				if err != nil {
					t.Error(err)
				}
				at(t, start, 5*time.Second, "the end")
			})
		})
	}
}

func TestRule11_4_NoGoroutineIsStartedAtImport(t *testing.T) {
	if inChild(t) {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		println("goroutines", runtime.NumGoroutine(), string(stacks))
		return
	}
	out, err := child(t)
	if err != nil || !strings.Contains(out, "goroutines 2 ") { // the test's and main's
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRule11_5_ATasksContextIsDeadAfterRun(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var kept []context.Context
		var mu sync.Mutex
		keep := func(ctx context.Context) {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, ctx)
		}
		var handed io.Closer
		err := braid.Run(ctx, func(outer context.Context, g *braid.Group) error {
			keep(outer)
			g.Go(func(ctx context.Context) error { keep(ctx); return nil })
			braid.Fork(g, func(ctx context.Context) (int, error) { keep(ctx); _ = ctx.Done(); return 0, nil })
			task := braid.Fork(g, func(ctx context.Context) (int, error) { keep(ctx); return 0, nil })
			if _, err := task.Wait(outer); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if last := kept[len(kept)-1]; last.Err() == nil { // it is dead from its own end on
				t.Error("the task has ended and its context is alive")
			}
			handed = new(resource) // what is to outlive the group
			return nil
		})
		if err != nil || handed == nil {
			t.Error(err)
		}
		for i, ctx := range kept {
			if ctx.Err() != context.Canceled || !errors.Is(context.Cause(ctx), context.Canceled) {
				t.Errorf("context %d has %v (%v)", i, ctx.Err(), context.Cause(ctx))
			}
			<-ctx.Done()
		}
	})
}

func TestRule11_7_TheCauseIsRightInContextsOfTheLibraryAndBelow(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		for _, asked := range []bool{false, true} {
			ctx, cancel := context.WithCancelCause(root)
			_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				contexts := []context.Context{ctx}
				_ = braid.Timeout(ctx, time.Hour, func(limit context.Context) error {
					contexts = append(contexts, limit)
					for _, ctx := range contexts[:2] {
						below, stop := context.WithCancel(context.WithValue(ctx, "k", "v")) //nolint:staticcheck // any key will do
						defer stop()
						contexts = append(contexts, below, pprof.WithLabels(ctx, pprof.Labels("a", "b")))
					}
					for _, ctx := range contexts {
						if asked {
							_ = ctx.Done()
						}
						if context.Cause(ctx) != nil {
							t.Errorf("alive, the cause is %v", context.Cause(ctx))
						}
					}
					cancel(errWhy)
					for i, ctx := range contexts {
						if context.Cause(ctx) != errWhy {
							t.Errorf("context %d: the cause is %v", i, context.Cause(ctx))
						}
					}
					return nil
				})
				return nil
			})
		}
	})
}
