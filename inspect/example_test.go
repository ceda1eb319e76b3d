package inspect_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// job runs a group "job" with a task "fetch", and calls look in its body.
func job(look func(ctx context.Context)) {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		started := make(chan struct{})
		g.Go(func(ctx context.Context) error { close(started); return untilCancelled(ctx) }, braid.Name("fetch"))
		<-started
		look(ctx)
		g.Cancel()
		return nil
	}, braid.Name("job"))
}

// outline leaves ages and places out.
func outline(text string) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimRight(line, "\n"), " · ")
		fmt.Println(line)
	}
}

func ExampleDump() {
	job(func(ctx context.Context) {
		var b strings.Builder
		_ = inspect.Dump(&b, inspect.Within(ctx)) // mostly to os.Stderr
		_, tree, _ := strings.Cut(b.String(), "\n")
		outline(tree)
	})
	// Output:
	// job
	// ├─ (body)
	// └─ fetch
}

func ExampleTake() {
	job(func(ctx context.Context) {
		for _, n := range inspect.Take(inspect.Within(ctx)).Nodes {
			fmt.Println(n.Type, n.Path, n.State)
		}
	})
	// Output:
	// group job open
	// body job/(body) running
	// task job/fetch running
}

func ExampleOf() {
	job(func(ctx context.Context) {
		for _, n := range inspect.Take(inspect.Within(ctx)).Nodes {
			if n.Name == "fetch" {
				a := inspect.Of(n.ID)
				fmt.Println(a.Up[0].Path, a.Node.Path, len(a.Why) > 0)
			}
		}
	})
	// Output: job job/fetch true
}

func ExampleWriteJSON() {
	job(func(ctx context.Context) {
		var b strings.Builder
		_ = inspect.WriteJSON(&b, inspect.Within(ctx))
		fmt.Println(b.String()[:12])
	})
	// Output: {"version":1
}

func ExampleWriteDOT() {
	job(func(ctx context.Context) {
		var b strings.Builder
		_ = inspect.WriteDOT(&b, inspect.Within(ctx), inspect.Max(10))
		fmt.Println(strings.Count(b.String(), " -> "), "arrows")
	})
	// Output: 2 arrows
}

func ExampleHandler() {
	mux := http.NewServeMux()
	mux.Handle("/debug/braid/", inspect.Handler())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/debug/braid/tree.json", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 application/json
}

func ExampleServe() {
	l, err := inspect.Listen(":0") // loopback
	if err != nil {
		fmt.Println(err)
		return
	}
	err = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background)
		return nil // the work
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleListen() {
	l, err := inspect.Listen(":0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	host, _, _ := strings.Cut(l.Addr().String(), ":")
	fmt.Println(host)
	// Output: 127.0.0.1
}

func ExampleOnSignal() {
	stop := inspect.OnSignal(os.Stderr, syscall.SIGTERM, inspect.Max(100))
	defer stop()
	// Output:
}

func ExampleMax() {
	job(func(ctx context.Context) {
		s := inspect.Take(inspect.Within(ctx), inspect.Max(2))
		fmt.Println(len(s.Nodes), "shown,", s.Truncated, "more")
	})
	// Output: 2 shown, 1 more
}

func ExampleUnder() {
	job(func(ctx context.Context) {
		id := inspect.Take(inspect.Within(ctx)).Nodes[0].ID
		fmt.Println(inspect.Take(inspect.Under(id)).Nodes[0].Path)
	})
	// Output: job
}

func ExampleWithin() {
	job(func(ctx context.Context) {
		fmt.Println(len(inspect.Take(inspect.Within(ctx), inspect.Unfolded).Nodes))
	})
	// Output: 3
}

func ExampleSnapshot() {
	job(func(ctx context.Context) {
		s := inspect.Take(inspect.Within(ctx), inspect.Stacks)
		for _, n := range s.Nodes {
			if n.Name == "(body)" {
				fmt.Println(n.Blocked.Doing, time.Since(n.Since) >= 0)
			}
		}
	})
	// Output: running true
}
