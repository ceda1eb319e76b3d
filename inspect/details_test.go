package inspect_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

func TestWhoSleepsSaysUntilWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				if err := braid.Sleep(ctx, 5*time.Second); err != nil {
					return err
				}
				return untilCancelled(ctx)
			}, braid.Name("sleeper"))
			g.Go(func(context.Context) error { // looks while the body sleeps
				time.Sleep(time.Second)
				s := inspect.Take(inspect.Within(ctx))
				for name, left := range map[string]time.Duration{"sleeper": 4 * time.Second, "(body)": time.Second} {
					w := find(t, s, name).Waits
					if w == nil || w.For != "timer" || w.Until.Sub(s.Time) != left {
						t.Errorf("%s: got %+v", name, w)
					}
				}
				if !strings.Contains(s.String(), "sleeper · 1s · sleeps for 4s") {
					t.Errorf("got\n%s", s)
				}
				return nil
			})
			_ = braid.Sleep(ctx, 2*time.Second)
			time.Sleep(4 * time.Second)
			s := inspect.Take(inspect.Within(ctx))
			for _, name := range []string{"sleeper", "(body)"} {
				if w := find(t, s, name).Waits; w != nil {
					t.Errorf("%s: got %+v when its sleep is over", name, w)
				}
			}
			g.Cancel()
			return nil
		})
	})
}

func TestACallThatWasLeftBehindIsListedUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, late := make(chan struct{}), make(chan struct{})
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_ = braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
					_, err := braid.Abandon(ctx, func() (int, error) { <-release; return 0, nil }, func(int, error) { close(late) }, braid.Name("resolve"))
					return err
				}, braid.Name("request"))
				return untilCancelled(ctx)
			}, braid.Name("dialer"))
			time.Sleep(3 * time.Second)
			s := inspect.Take(inspect.Within(ctx))
			n := find(t, s, "dialer/resolve")
			if c := n.Cancelled; n.Kind != "abandoned" || n.Up != find(t, s, "dialer").ID || c == nil || s.Time.Sub(c.At) != 2*time.Second || s.Time.Sub(n.Since) != 3*time.Second {
				t.Errorf("got %+v, %+v in\n%s", n, c, s)
			}
			if why := strings.Join(inspect.Of(n.ID).Why, " "); !strings.Contains(why, "left behind") {
				t.Errorf("why: %s", why)
			}
			close(release)
			<-late
			if text := tree(ctx); strings.Contains(text, "resolve") {
				t.Errorf("it has ended, and is in\n%s", text)
			}
			g.Cancel()
			return nil
		})
	})
}

func TestACancellationTellsItsReasonApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			begun := make(chan struct{})
			g.Go(func(context.Context) error { close(begun); <-release; return nil }, braid.Name("deaf"))
			g.Go(func(context.Context) error { <-begun; return errors.New("disk full") }, braid.Name("writer"))
			time.Sleep(8200 * time.Millisecond)
			s := inspect.Take(inspect.Within(ctx))
			if c := find(t, s, "job").Cancelled; c == nil || c.Reason != "disk full" || c.By != "job/writer" {
				t.Errorf("got %+v", c)
			}
			why := strings.Join(inspect.Of(find(t, s, "job/deaf").ID).Why, " ")
			for _, want := range []string{"The group job was cancelled 8.2s ago by job/writer: disk full.", "blocked in ", "(chan receive", "details_test.go:"} {
				if !strings.Contains(why, want) {
					t.Errorf("%q is not in: %s", want, why)
				}
			}
			close(release)
			return nil
		}, braid.Name("job"))
	})
}

func TestATaskInAShieldIsKnownByItsStack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Hour, func(context.Context) error { <-release; return nil })
			}, braid.Name("saver"))
			g.Go(untilCancelled, braid.Name("other"))
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx), inspect.Stacks)
			if !find(t, s, "saver").Shielded || find(t, s, "other").Shielded {
				t.Errorf("got\n%s", s)
			}
			close(release)
			g.Cancel()
			return nil
		})
	})
}

func TestWhatIsQueuedComesAfterWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			time.Sleep(time.Second)
			for range 10 {
				g.Go(untilCancelled)
			}
			synctest.Wait()
			text := tree(ctx)
			if queued := strings.Index(text, " · queued · "); queued < 0 || strings.LastIndex(text, "untilCancelled · 0") > queued {
				t.Errorf("got\n%s", text)
			}
			g.Cancel()
			return nil
		}, braid.Limit(2))
	})
}

func TestThePageMayDoLittle(t *testing.T) {
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		inspect.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	page := get("/debug/braid/")
	policy := page.Header().Get("Content-Security-Policy")
	if page.Code != 200 || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%d, %v", page.Code, page.Header())
	}
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s is not in %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(page.Body.String(), "://") {
		t.Error("the page is not on its own")
	}
	for path, want := range map[string]string{"app.js": "text/javascript", "page.css": "text/css", "braid.svg": "image/svg+xml"} {
		if w := get("/debug/braid/" + path); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), want) {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"none.js", "page", "..", "page.go"} {
		if w := get("/debug/braid/" + path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
