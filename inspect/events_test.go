package inspect_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

func TestEventsAreTheTreeAndThenWhatChanges(t *testing.T) {
	srv := httptest.NewServer(inspect.Handler())
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		req, _ := http.NewRequestWithContext(ctx, "GET", srv.URL+"/events?every=50ms", nil)
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<24)
		next := func(event string, v any) {
			t.Helper()
			name := ""
			for lines.Scan() {
				if text, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
					name = text
				}
				if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					if name != event {
						t.Fatalf("event %q, not %q", name, event)
					}
					if err := json.Unmarshal([]byte(text), v); err != nil {
						t.Fatal(err)
					}
					return
				}
			}
			t.Fatal("the stream has ended:", lines.Err())
		}
		var s inspect.Snapshot
		next("tree", &s)
		find(t, &s, "followed/(body)")
		release := make(chan struct{})
		g.Go(func(context.Context) error { <-release; return errors.New("broken") }, braid.Name("new"))
		seen := func(what string, in func(p *inspect.Patch) bool) {
			t.Helper()
			for {
				var p inspect.Patch
				next("patch", &p)
				if in(&p) {
					return
				}
			}
		}
		id := ""
		seen("the task", func(p *inspect.Patch) bool {
			for _, n := range p.Nodes {
				if n.Path == "followed/new" {
					id = n.ID
				}
			}
			return id != ""
		})
		close(release)
		gone, ended := false, false
		seen("its end", func(p *inspect.Patch) bool {
			for _, n := range p.Gone {
				gone = gone || n == id
			}
			for _, e := range p.Recent {
				ended = ended || e.ID == id && e.State == "failed" && e.Error == "broken"
			}
			return gone && ended
		})
		return nil
	}, braid.Name("followed"))
}

func TestFailuresAndCancellationsAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_ = braid.Run(t.Context(), func(outer context.Context, g *braid.Group) error {
			_ = braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilCancelled, braid.Name("reader"))
				synctest.Wait()
				g.Go(func(context.Context) error { return errors.New("disk full") }, braid.Name("writer"))
				return nil
			}, braid.Name("inner"))
			got := map[string]string{}
			for _, e := range inspect.Take(inspect.Within(outer)).Recent {
				got[e.Path] = e.Type + " " + e.State + " " + e.Error
			}
			for path, want := range map[string]string{
				"past/inner/reader": "task cancelled ",
				"past/inner/writer": "task failed disk full",
				"past/inner":        "group failed past/inner/writer: disk full",
			} {
				if got[path] != want && !(path == "past/inner/reader" && strings.HasPrefix(got[path], want)) {
					t.Errorf("%s: %q, not %q", path, got[path], want)
				}
			}
			return nil
		}, braid.Name("past"))
	})
}

func TestALookWithinAGroupTellsWhatEndedInTheGroupsThatLiveInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := func(ctx context.Context, name string, body func(context.Context, *braid.Group) error) error {
			return braid.Run(ctx, body, braid.Name(name), braid.Supervised)
		}
		_ = open(t.Context(), "all", func(ctx context.Context, g *braid.Group) error {
			for _, side := range []string{"left", "right"} {
				g.Go(func(ctx context.Context) error {
					return open(ctx, side+"-outer", func(ctx context.Context, g *braid.Group) error {
						return open(ctx, side+"-inner", func(ctx context.Context, g *braid.Group) error {
							g.Go(func(context.Context) error { return errors.New("broken") }, braid.Name(side+"-broken"))
							<-ctx.Done()
							return context.Cause(ctx)
						})
					})
				}, braid.Name(side))
			}
			synctest.Wait()
			s := inspect.Take(inspect.Within(ctx))
			looked := 0
			for _, n := range s.Nodes {
				want := "left-broken right-broken"
				if side, _, _ := strings.Cut(n.Name, "-"); side == "left" || side == "right" {
					want = side + "-broken"
				}
				if n.Type == "body" {
					continue
				}
				looked++
				var names []string
				for _, e := range inspect.Take(inspect.Under(n.ID)).Recent {
					names = append(names, e.Name)
				}
				slices.Sort(names)
				if got := strings.Join(names, " "); got != want {
					t.Errorf("in %s ended %q, want %q", n.Name, got, want)
				}
			}
			if looked != 7 {
				t.Errorf("%d nodes to look at in\n%v", looked, s)
			}
			g.Cancel()
			return nil
		})
	})
}

func TestWhoFollowsHearsEvery15SecondsThatThereIsStillSomebodyHoweverSeldomItLooks(t *testing.T) {
	for _, every := range []string{"50ms", "10s", "1m"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			defer cancel()
			h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) { return elsewhere(), nil })
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/events?every="+every, nil))
			if n := strings.Count(w.Body.String(), "\n\n: "); n != 3 {
				t.Errorf("every %s: %d signs of life in 50 s", every, n)
			}
		})
	}
}
