package inspect_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

func TestServeEndsWithItsContextAlsoWhileSomebodyFollows(t *testing.T) {
	l, err := inspect.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	if addr := l.Addr().String(); !strings.HasPrefix(addr, "127.0.0.1:") {
		t.Errorf("it listens on %s", addr)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background, braid.Name("inspect"))
		res, err := client.Get("http://" + l.Addr().String() + "/events")
		if err != nil {
			return err
		}
		t.Cleanup(func() { res.Body.Close() })
		first := make([]byte, 11)
		if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "event: tree" {
			t.Errorf("%q, %v", first, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestALoopbackAddressIsNotServedUnderForeignNames(t *testing.T) {
	l, err := inspect.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background)
		for host, want := range map[string]int{
			"evil.example": 403, "localhost": 200, "[::1]:80": 200, "LOCALHOST": 200, "localhost.:80": 200, "localhost.evil.example": 403,
		} {
			req, _ := http.NewRequestWithContext(ctx, "GET", "http://"+l.Addr().String()+"/tree.txt", nil)
			req.Host = host
			res, err := transport.RoundTrip(req)
			if err != nil {
				return err
			}
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s: %d", host, res.StatusCode)
			}
		}
		return nil
	})
}

func TestAPageOfAnotherSiteIsServedNothing(t *testing.T) {
	l, err := inspect.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background)
		for _, c := range []struct {
			site, mode, path string
			want             int
		}{
			{"", "", "/tree.txt?stacks=1", 200},
			{"same-origin", "cors", "/tree.json?stacks=1", 200},
			{"none", "navigate", "/tree.txt?stacks=1", 200},
			{"cross-site", "navigate", "/", 200}, // a link
			{"cross-site", "navigate", "/tree.txt", 200},
			{"cross-site", "navigate", "/tree.txt?stacks=1", 403},
			{"cross-site", "navigate", "/x/node.json?id=1", 403},
			{"cross-site", "no-cors", "/tree.txt?stacks=1", 403},
			{"cross-site", "no-cors", "/app.js", 403},
		} {
			req, _ := http.NewRequestWithContext(ctx, "GET", "http://"+l.Addr().String()+c.path, nil)
			req.Header.Set("Sec-Fetch-Site", c.site)
			req.Header.Set("Sec-Fetch-Mode", c.mode)
			res, err := transport.RoundTrip(req)
			if err != nil {
				return err
			}
			res.Body.Close()
			if res.StatusCode != c.want {
				t.Errorf("%s, %s, %s: %d, not %d", c.site, c.mode, c.path, res.StatusCode, c.want)
			}
		}
		return nil
	})
}

func TestOptionsOfARequestThatMeanNothingAreRefused(t *testing.T) {
	for _, query := range []string{"stacks=zzz", "fold=zzz", "max=zzz"} {
		for _, name := range []string{"tree.json", "tree.txt", "events"} {
			if w := asked(inspect.Handler(), "/"+name+"?"+query); w.Code != 400 {
				t.Errorf("%s?%s: status %d", name, query, w.Code)
			}
		}
	}
}

func TestHostileNamesAreEscapedInTextAndDOT(t *testing.T) {
	evil := "a\"b\n\x1b[2J\\" + strings.Repeat("x", 10000)
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		var text, dot, js strings.Builder
		_ = inspect.Dump(&text, inspect.Within(ctx))
		_ = inspect.WriteDOT(&dot, inspect.Within(ctx))
		_ = inspect.WriteJSON(&js, inspect.Within(ctx))
		if strings.Contains(dot.String(), `a"b`) || strings.Count(text.String(), "\n") != 3 {
			t.Errorf("got %s\n%s", dot.String(), text.String())
		}
		for _, s := range []string{text.String(), dot.String(), js.String()} {
			if strings.Contains(s, "\x1b") || len(s) > 50000 {
				t.Errorf("%d bytes: %.300q", len(s), s)
			}
		}
		return nil
	}, braid.Name(evil))
}

func TestNoTextIsLongerThanTheSchemaSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := braid.Name(strings.Repeat("ä", 2000))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_ = braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for range 10 {
					g.Go(untilCancelled, long)
				}
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error { // waits for its slot
						return braid.Run(ctx, func(_ context.Context, h *braid.Group) error {
							h.Go(func(context.Context) error { return untilCancelled(ctx) })
							return nil
						}, long)
					}, long)
					g.Go(untilCancelled, long)
					synctest.Wait()
					s := inspect.Take()
					seen := map[string]bool{}
					for _, n := range s.Nodes {
						texts := map[string]string{"path": n.Path}
						names := map[string]string{"name": n.Name}
						if n.Deadline != nil {
							names["deadline"] = n.Deadline.By
						}
						if n.Waits != nil {
							texts["waits"] = n.Waits.Path
						}
						seen[n.Type] = true
						for what, text := range names {
							if len(text) > 1<<10 {
								t.Errorf("the %s of a %s has %d bytes", what, n.Type, len(text))
							}
						}
						for what, text := range texts {
							if len(text) > 4<<10 {
								t.Errorf("the %s of a %s has %d bytes", what, n.Type, len(text))
							}
						}
					}
					if len(seen) != 4 {
						t.Errorf("there are only %v", seen)
					}
					cancel()
					return nil
				}, long, braid.Limit(1))
			}, long)
		}, long)
	})
}
