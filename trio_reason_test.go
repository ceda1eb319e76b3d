package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Who cancelled, why and where (lines 196 to 198).

// trio 196: signals as a source are a later issue
func TestTrio196_TheCauseSaysWhoCancelledWhyAndWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		cause := func(ctx context.Context) *braid.Cancellation {
			t.Helper()
			c, ok := context.Cause(ctx).(*braid.Cancellation)
			if !ok {
				t.Fatalf("the cause is %T", context.Cause(ctx))
			}
			return c
		}
		has := func(c *braid.Cancellation, parts ...string) {
			t.Helper()
			for _, p := range parts {
				if !strings.Contains(c.Error(), p) {
					t.Errorf("%q does not say %q", c, p)
				}
			}
		}

		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			time.Sleep(time.Second)
			_, _, line, _ := runtime.Caller(0)
			g.CancelCause(errTrioBoom)
			c := cause(ctx)
			has(c, "context canceled", "server", "boom", fmt.Sprintf("trio_reason_test.go:%d", line+1))
			if c.By() != "server" || c.Reason() != errTrioBoom || c.Site().Line != line+1 || !c.At().Equal(start.Add(time.Second)) {
				t.Errorf("by %q, reason %v, site %v, at %v", c.By(), c.Reason(), c.Site(), c.At())
			}
			if errors.Is(c, errTrioBoom) || !errors.Is(c, context.Canceled) || c.Timeout() {
				t.Error("the cause must match context.Canceled, and not its reason")
			}
			return nil
		}, braid.Name("server"))

		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			h := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				c := cause(ctx)
				has(c, "fetch", "boom", "trio_reason_test.go:")
				if c.By() != "fetch" || c.Reason() != errTrioBoom {
					t.Errorf("by %q, reason %v", c.By(), c.Reason())
				}
				return 0, c
			}, braid.Name("fetch"))
			synctest.Wait()
			h.CancelCause(errTrioBoom)
			return nil
		})

		_ = braid.Timeout(t.Context(), time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			c := cause(ctx)
			has(c, "deadline exceeded", "slow")
			if c.By() != "slow" || !c.Timeout() || !errors.Is(c, context.DeadlineExceeded) || errors.Is(c, context.Canceled) {
				t.Errorf("by %q, timeout %v", c.By(), c.Timeout())
			}
			if s := c.Site(); !strings.HasSuffix(s.File, "trio_reason_test.go") {
				t.Errorf("site %v", s)
			}
			return nil
		}, braid.Name("slow"))

		// Somebody outside the package: the cause is theirs.
		ctx, cancel := context.WithCancelCause(t.Context())
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			cancel(errTrioOther)
			if c := context.Cause(ctx); c != errTrioOther {
				t.Errorf("the cause is %v", c)
			}
			return ctx.Err()
		})
		var c *braid.Cancellation
		if !errors.As(err, &c) || !errors.Is(err, errTrioOther) || !errors.Is(err, context.Canceled) {
			t.Fatalf("Run gave %v", err)
		}
		has(c, "context canceled", "other")
	})
}

// trio 197
func TestTrio197_TheCauseNamesTheSiblingThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check := func(ctx context.Context) {
			t.Helper()
			c, ok := context.Cause(ctx).(*braid.Cancellation)
			if !ok {
				t.Fatalf("the cause is %v", context.Cause(ctx))
			}
			te, ok := c.Reason().(*braid.TaskError)
			if !ok || te.Err != errTrioBoom || te.Path() != "nursery/culprit" || c.By() != "nursery/culprit" {
				t.Errorf("by %q, reason %v", c.By(), c.Reason())
			}
			if s := c.Site(); !strings.HasSuffix(s.File, "trio_reason_test.go") || s != te.Spawned() {
				t.Errorf("site %v", s)
			}
			for _, part := range []string{"context canceled", "nursery/culprit", "boom"} {
				if !strings.Contains(c.Error(), part) {
					t.Errorf("%q does not say %q", c, part)
				}
			}
			if errors.Is(c, errTrioBoom) {
				t.Error("the cause matches the sibling's error")
			}
		}
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { // a sibling
				<-ctx.Done()
				check(ctx)
				return context.Cause(ctx)
			})
			g.Go(func(ctx context.Context) error { // a nephew
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						check(ctx)
						return context.Cause(ctx)
					})
					return nil
				})
			})
			synctest.Wait()
			g.Go(func(context.Context) error { return errTrioBoom }, braid.Name("culprit"))
			<-ctx.Done()
			check(ctx)
			return context.Cause(ctx)
		}, braid.Name("nursery"))
		trioLeaves(t, err, errTrioBoom)
	})
}

// trio 198
func TestTrio198_TheFirstReasonIsNotOverwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reason := func(ctx context.Context) error {
			var c *braid.Cancellation
			errors.As(context.Cause(ctx), &c)
			return c.Reason()
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			h := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				synctest.Wait() // all the others have come
				if r := reason(ctx); r != errTrioBoom {
					t.Errorf("the task's reason became %v", r)
				}
				return 0, errTrioOther
			})
			synctest.Wait()
			h.CancelCause(errTrioBoom)
			h.CancelCause(errTrioOther)
			g.CancelCause(errors.New("the group's"))
			g.CancelCause(errTrioOther)
			cancel(errTrioOther)
			if r := reason(ctx); r == nil || r.Error() != "the group's" {
				t.Errorf("the group's reason became %v", r)
			}
			return nil
		})
		trioLeaves(t, err, errTrioOther)
	})
}
