package braid_test

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"runtime/trace"

	"github.com/braid-go/braid"
)

func ExampleObserve() {
	ended := map[braid.State]int{}
	count := func(e braid.Event) {
		if e.Kind == braid.EventJoined {
			fmt.Println(e.Path(), e.State)
		}
		if e.Kind == braid.EventEnded {
			ended[e.State]++ // Limit(1): no two at once
		}
	}
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil })
		g.Go(func(context.Context) error { return nil })
		return nil
	}, braid.Name("job"), braid.Limit(1), braid.Observe(count))
	fmt.Println(ended[braid.Succeeded], "tasks have succeeded")
	// Output:
	// job succeeded
	// 2 tasks have succeeded
}

func ExampleEvent() {
	tell := func(e braid.Event) {
		switch e.Kind {
		case braid.EventStarted:
			fmt.Println(e.Kind, e.Path(), "in the background:", e.Background())
		case braid.EventCancelled, braid.EventEnded, braid.EventJoined:
			fmt.Println(e.Kind, e.Name(), e.Context().Err() != nil)
		}
	}
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil }, braid.Name("fetch"))
		return nil
	}, braid.Name("job"), braid.Observe(tell))
	// Output:
	// started job/fetch in the background: false
	// ended fetch false
	// joined job false
}

func ExampleEventKind() {
	for k := braid.EventOpened; k <= braid.EventJoined; k++ {
		fmt.Print(k, " ")
	}
	// Output: opened spawned started ended cancelled stalled joined
}

func ExampleEventKind_String() {
	fmt.Println(braid.EventSpawned.String())
	// Output: spawned
}

// when runs a task "fetch" in a group "job" and shows what it has to say.
func when(kind braid.EventKind, say func(e braid.Event)) {
	_ = braid.Run(context.WithValue(context.Background(), requestKey{}, "r17"), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil }, braid.Name("fetch"), braid.Background)
		return nil
	}, braid.Name("job"), braid.Observe(func(e braid.Event) {
		if e.Kind == kind {
			say(e)
		}
	}))
}

type requestKey struct{}

func ExampleEvent_Name() {
	when(braid.EventSpawned, func(e braid.Event) { fmt.Println(e.Name()) })
	// Output: fetch
}

func ExampleEvent_Path() {
	when(braid.EventSpawned, func(e braid.Event) { fmt.Println(e.Path()) })
	// Output: job/fetch
}

func ExampleEvent_Site() {
	when(braid.EventSpawned, func(e braid.Event) { fmt.Println(e.Site().Func) })
	// Output: github.com/braid-go/braid_test.when.func1.1
}

func ExampleEvent_Context() {
	when(braid.EventSpawned, func(e braid.Event) { fmt.Println(e.Context().Value(requestKey{})) })
	// Output: r17
}

func ExampleEvent_Background() {
	when(braid.EventSpawned, func(e braid.Event) { fmt.Println(e.Background()) })
	// Output: true
}

func Example_labelsAndTrace() {
	_ = trace.Start(discard{}) // to a file, for go tool trace
	_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			// A CPU profile has braid=job/fetch beside what the task does.
			return nil
		}, braid.Name("fetch"))
		return nil
	}, braid.Name("job"), braid.Labels, braid.Trace)
	trace.Stop()
	_ = pprof.Lookup("goroutine")
	fmt.Fprintln(os.Stdout, braid.LabelKey)
	// Output: braid
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
