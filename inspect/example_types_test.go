package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/progress"
)

// top gives the node of the group that ctx belongs to.
func top(ctx context.Context) *inspect.Node { return inspect.Take(inspect.Within(ctx)).Nodes[0] }

func ExampleNode() {
	job(func(ctx context.Context) {
		n := top(ctx)
		fmt.Println(n.Type, n.Name, n.Kind, n.State, n.Running)
	})
	// Output: group job run open 2
}

func ExampleAbout() {
	job(func(ctx context.Context) {
		a := inspect.Of(top(ctx).ID)
		fmt.Println(a.Why[0])
	})
	// Output: Its body has not returned.
}

func ExampleOption() {
	opts := []inspect.Option{inspect.Max(100), inspect.Unfolded}
	fmt.Println(inspect.Take(opts...).Version)
	// Output: 1
}

func ExampleTotals() {
	job(func(ctx context.Context) {
		t := inspect.Take().Totals // of the whole program
		fmt.Println(t.Groups > 0, t.Tasks == t.Running+t.Queued)
	})
	// Output: true true
}

func ExampleCounts() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
		_, _ = t.Wait(ctx)
		for top(ctx).Counts.Succeeded == 0 { // it is counted a moment later
		}
		fmt.Println(top(ctx).Counts.Succeeded, "has succeeded")
		return nil
	})
	// Output: 1 has succeeded
}

func ExampleCancelled() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.CancelCause(errors.New("shutting down"))
		c := top(ctx).Cancelled
		fmt.Println(c.By, "was cancelled,", c.Left, "runs still")
		return nil
	}, braid.Name("job"))
	// Output: job was cancelled, 1 runs still
}

func ExampleDeadline() {
	_ = braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			d := top(ctx).Deadline
			fmt.Println(d.By, time.Until(d.At) > 0)
			return nil
		})
	}, braid.Name("request"))
	// Output: request true
}

func ExampleProgress() {
	p := progress.New("copy")
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		p.Total(10)
		p.Done(4)
		now := top(ctx).Progress
		fmt.Println(now.Done, "of", now.Total)
		return nil
	}, braid.Track(p))
	// Output: 4 of 10
}

func ExampleWaits() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		return braid.Run(ctx, func(ctx context.Context, inner *braid.Group) error {
			inner.Go(func(inside context.Context) error {
				for { // until the inner body has returned
					if w := inspect.Take(inspect.Within(ctx)); w.Nodes[0].State == "joining" {
						break
					}
				}
				for _, n := range inspect.Take().Nodes {
					if n.Path == "outer/(body)" {
						fmt.Println(n.Waits.For, n.Waits.Path)
					}
				}
				return nil
			})
			return nil
		}, braid.Name("inner"))
	}, braid.Name("outer"))
	// Output: join outer/inner
}

func ExampleBlocked() {
	job(func(ctx context.Context) {
		a := inspect.Of(top(ctx).ID + ".body")
		fmt.Println(a.Node.Blocked.Doing)
	})
	// Output: running
}

func ExampleEnded() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(context.Context) (int, error) { return 0, errors.New("disk full") }, braid.Name("write"))
		_, _ = t.Wait(ctx)
		for _, e := range inspect.Take(inspect.Within(ctx)).Recent {
			fmt.Println(e.Type, e.Path, e.State, e.Error)
		}
		return nil
	}, braid.Name("job"), braid.Supervised)
	// Output: task job/write failed disk full
}

func ExamplePatch() {
	var p inspect.Patch // the data of an event "patch"
	_ = json.Unmarshal([]byte(`{"nodes":[],"gone":["1c.4"],"recent":[]}`), &p)
	fmt.Println(p.Gone)
	// Output: [1c.4]
}

func ExampleNode_Label() {
	n := inspect.Node{Type: "more", Name: "fetch", State: "queued", Count: 4812}
	fmt.Println(n.Label())
	// Output: …and 4,812 more like fetch, queued
}

func ExampleNode_Facts() {
	now := time.Now()
	n := inspect.Node{Type: "task", Name: "save", State: "running", Kind: "background", Since: now.Add(-2 * time.Second)}
	for _, f := range n.Facts(now) {
		fmt.Println(f.Of, f.Text)
	}
	// Output:
	// kind background
	// since 2s
}

func ExampleFact() {
	now := time.Now()
	n := inspect.Node{Type: "task", State: "running", Kind: "ordinary", Since: now, Waits: &inspect.Waits{For: "task", Path: "server/index"}}
	for _, f := range n.Facts(now) {
		if f.Of == "waits" {
			fmt.Println(f.Text)
		}
	}
	// Output: waits for server/index
}
