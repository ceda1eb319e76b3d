package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// tree gives the text of what is within ctx, without the line on top.
func tree(ctx context.Context, opts ...inspect.Option) string {
	text := inspect.Take(append(opts, inspect.Within(ctx))...).String()
	_, text, _ = strings.Cut(text, "\n")
	return text
}

func find(t *testing.T, s *inspect.Snapshot, path string) *inspect.Node {
	t.Helper()
	for _, n := range s.Nodes {
		if n.Path == path {
			return n
		}
	}
	t.Fatalf("%s is not in the tree:\n%s", path, s)
	return nil
}

func untilCancelled(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

func TestTheTreeHasGroupsTasksBodiesAndTheirAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			time.Sleep(2 * time.Second)
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(untilCancelled, braid.Name("reader"))
					return nil
				}, braid.Name("conn"))
			}, braid.Name("accept"))
			g.Go(untilCancelled, braid.Name("cache"), braid.Background)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			got := tree(ctx)
			want := strings.TrimPrefix(`
server · run · 5s · tree_test.go:N
├─ (body) · 5s
├─ accept · 3s · joins server/accept/conn · tree_test.go:N
│  └─ conn · run · joining · 3s · tree_test.go:N
│     └─ reader · 3s · tree_test.go:N
└─ cache · background · 3s · tree_test.go:N
`, "\n")
			if got := anyLine(got); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			g.Cancel()
			return nil
		}, braid.Name("server"))
	})
}

// anyLine makes line numbers N.
func anyLine(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		at := strings.LastIndex(line, "_test.go:")
		if at >= 0 {
			line = line[:at] + "_test.go:N\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestACancelledGroupSaysWhyWhenAndWhoIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { <-release; return nil }, braid.Name("deaf"))
			synctest.Wait()
			g.Go(func(context.Context) error { return errors.New("disk full") }, braid.Name("writer"))
			time.Sleep(8 * time.Second)
			s := inspect.Take(inspect.Within(ctx))
			n := find(t, s, "job")
			switch c := n.Cancelled; {
			case c == nil:
				t.Errorf("it is not cancelled:\n%s", s)
			case c.By != "job/writer" || !strings.Contains(c.Cause, "disk full") || s.Time.Sub(c.At) != 8*time.Second || c.Left != 2:
				t.Errorf("got %+v", c)
			}
			if n.Counts.Failed != 1 {
				t.Errorf("got %+v", n.Counts)
			}
			close(release)
			return nil
		}, braid.Name("job"))
	})
}

// A test beside it may be in a bubble, whose channels nobody may touch who is not:
// that would end the program.
func TestALookFromOutsideABubbleSeesWhatIsCancelledInIt(t *testing.T) {
	ask, answer := make(chan struct{}), make(chan *inspect.Snapshot)
	go func() {
		for range ask {
			answer <- inspect.Take()
		}
	}()
	defer close(ask)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				ask <- struct{}{}
				s := <-answer
				if c := find(t, s, "in a bubble/alone").Cancelled; c == nil || c.Reason != "not wanted" {
					t.Errorf("of the task got %+v", c)
				}
				return 0, nil
			}, braid.Name("alone"))
			synctest.Wait()
			task.CancelCause(errors.New("not wanted"))
			_, _ = task.Wait(ctx)
			cancel(errors.New("the end"))
			<-ctx.Done()
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Hour, func(ctx context.Context) error {
					return braid.Run(ctx, func(context.Context, *braid.Group) error {
						ask <- struct{}{}
						s := <-answer
						if c := find(t, s, "in a bubble").Cancelled; c == nil || c.Cause != "the end" {
							t.Errorf("of the group got %+v", c)
						}
						if n := find(t, s, "in a bubble/shielding/shielded"); !n.Shielded {
							t.Errorf("it is not shielded: %+v", n)
						}
						return nil
					}, braid.Name("shielded"))
				})
			}, braid.Name("shielding"), braid.Always)
			synctest.Wait()
			return nil
		}, braid.Name("in a bubble"))
	})
}

func TestSiblingsThatAreAlikeAreFolded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for range 1500 {
				g.Go(untilCancelled)
			}
			g.Go(untilCancelled, braid.Name("another"))
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx))
			if n := len(s.Nodes); n != 7 { // the group, its body, three, those like them, another
				t.Errorf("%d nodes:\n%s", n, s)
			}
			if !strings.Contains(s.String(), "…and 1,497 more like untilCancelled, running") {
				t.Errorf("got\n%s", s)
			}
			all := inspect.Take(inspect.Within(ctx), inspect.Unfolded, inspect.Max(6000))
			if n := len(all.Nodes); n != 1503 {
				t.Errorf("%d nodes unfolded", n)
			}
			g.Cancel()
			return nil
		})
	})
}

func TestATaskTellsWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			slow := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, untilCancelled(ctx) }, braid.Name("slow"))
			g.Go(func(ctx context.Context) error { _, err := slow.Wait(ctx); return err }, braid.Name("waiter"))
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx))
			w := find(t, s, "waiter").Waits
			if w == nil || w.For != "task" || w.Path != "slow" || w.Ring || w.ID != find(t, s, "slow").ID {
				t.Errorf("got %+v in\n%s", w, s)
			}
			g.Cancel()
			return nil
		})
	})
}

func TestAHandlerServesTheTreeWhereverItIsMounted(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/some/where/", inspect.Handler())
	get := func(url string) (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", "/some/where/"+url, nil))
		return w.Code, w.Body.String()
	}
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		var s inspect.Snapshot
		code, body := get("tree.json")
		if err := json.Unmarshal([]byte(body), &s); err != nil || code != 200 || s.Version != inspect.Version {
			t.Errorf("%d, %v: %s", code, err, body)
		}
		n := find(t, &s, "served/(body)")
		var a inspect.About
		code, body = get("node.json?id=" + n.ID)
		if err := json.Unmarshal([]byte(body), &a); err != nil || code != 200 || a.Node.ID != n.ID || len(a.Up) != 1 || a.Node.Blocked == nil {
			t.Errorf("%d, %v: %s", code, err, body)
		}
		if code, body = get("tree.txt?under=" + n.ID); code != 200 || !strings.Contains(body, "(body)") {
			t.Errorf("%d: %s", code, body)
		}
		if code, _ = get("node.json?id=nobody"); code != 404 {
			t.Errorf("nobody: %d", code)
		}
		return nil
	}, braid.Name("served"))
}

func TestALargeGroupIsCountedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for range 10_000 {
				g.Go(untilCancelled)
			}
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx))
			if !strings.Contains(s.String(), "…and 9,997 more like untilCancelled, running") || len(s.Nodes) != 6 {
				t.Errorf("got\n%s", s)
			}
			g.Cancel()
			return nil
		})
	})
}

func TestARingThatForeignContextsHideIsFlagged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		foreign, release := context.WithCancel(context.Background())
		defer release()
		_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			var a, b *braid.Task[int]
			ready := make(chan struct{})
			a = braid.Fork(g, func(context.Context) (int, error) { <-ready; return b.Wait(foreign) }, braid.Name("a"))
			b = braid.Fork(g, func(context.Context) (int, error) { <-ready; return a.Wait(foreign) }, braid.Name("b"))
			g.Go(func(context.Context) error { <-ready; _, err := a.Wait(foreign); return err }, braid.Name("outside"))
			close(ready)
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx))
			for name, want := range map[string]inspect.Waits{
				"a":       {For: "task", Path: "b", Ring: true},
				"b":       {For: "task", Path: "a", Ring: true},
				"outside": {For: "task", Path: "a"},
			} {
				w := find(t, s, name).Waits
				if w == nil || w.For != want.For || w.Path != want.Path || w.Ring != want.Ring {
					t.Errorf("%s: got %+v in\n%s", name, w, s)
				}
			}
			release()
			return nil
		}, braid.Supervised)
	})
}

func TestTasksThatHaveEndedAreCountedAlsoWhenTheirGroupHas(t *testing.T) {
	before := inspect.Take(inspect.Max(1)).Totals.Ended
	failure := errors.New("no")
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		for range 3 {
			g.Go(func(context.Context) error { return nil })
		}
		return nil
	})
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return failure })
		return nil
	})
	after := inspect.Take(inspect.Max(1)).Totals.Ended
	if got := after.Succeeded - before.Succeeded; got != 3 {
		t.Errorf("%d have succeeded", got)
	}
	if got := after.Failed - before.Failed; got != 1 {
		t.Errorf("%d have failed", got)
	}
}

func TestTotalsCountWhatIsThereHoweverMuchIsShown(t *testing.T) {
	const groups = 2*inspect.DefaultMax + 2000 // more than a look comes to
	ended := func() int64 { return inspect.Take(inspect.Max(1)).Totals.Ended.Succeeded }
	before := ended()
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		for range groups {
			h, ctx := braid.Open(ctx, braid.Limit(1))
			defer h.Close()
			defer h.Cancel()
			_, _ = braid.Fork(h, func(context.Context) (int, error) { return 0, nil }).Wait(ctx)
			h.Go(untilCancelled)
			h.Go(untilCancelled)
		}
		all := inspect.Take().Totals
		for _, most := range []int{1, 100} {
			few := inspect.Take(inspect.Max(most)).Totals
			few.Ended, all.Ended = inspect.Counts{}, inspect.Counts{}
			if few != all {
				t.Errorf("with Max(%d): %+v, not %+v", most, few, all)
			}
		}
		if all.Groups != groups+1 || all.Running != groups || all.Queued != groups || all.Tasks != 2*groups {
			t.Errorf("%+v", all)
		}
		if got := ended() - before; got != groups {
			t.Errorf("%d have ended", got)
		}
		return nil
	})
}

func TestAnOptionThatIsGivenTwiceIsRefusedInThePackagesName(t *testing.T) {
	defer func() {
		if v := recover(); v != "inspect: option Max given twice" {
			t.Errorf("it panics with %v", v)
		}
	}()
	inspect.Take(inspect.Max(1), inspect.Max(2))
}
