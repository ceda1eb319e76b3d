package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// This file holds what docs/scale-out.md shows, and keeps that page true.

var pageBlock = regexp.MustCompile("(?s)\n```go\n(.*?)\n```")

func TestEveryGoBlockOfTheScaleOutPageIsInThisFile(t *testing.T) {
	source, err := os.ReadFile("page_scale_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/scale-out.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := pageBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) == 0 {
		t.Fatal("the page has no Go")
	}
	for _, b := range blocks {
		if code := b[1]; !strings.Contains(string(source), "\n"+code+"\n") {
			first, _, _ := strings.Cut(code, "\n")
			t.Errorf("this block is not in the file as it stands: %s", first)
		}
	}
}

var measure = engine.Define("page.measure", func(ctx context.Context, file string) (int, error) {
	if file == "" {
		return 0, errNoFile
	}
	return len(file), ctx.Err()
})

func Example_scaleJob() {
	eng := engine.Local() // or temporal.Engine(client, queue), and nothing else changes
	sizes, err := engine.Map(context.Background(), eng, measure, []string{"a", "bb", "ccc"}, braid.Limit(500))
	fmt.Println(sizes, err)
	// Output: [1 2 3] <nil>
}

// withEngine calls fn with the engine at an address such as temporal://HOST:7233,
// or with this process.
func withEngine(address string, fn func(engine.Engine) error) error {
	if address == "" {
		return fn(engine.Local())
	}
	c, queue, err := temporal.Dial(address, slog.Default())
	if err != nil {
		return err
	}
	defer c.Close()
	return fn(temporal.Engine(c, queue))
}

// serveTasks is the whole of a worker. It takes tasks until ctx is dead.
func serveTasks(ctx context.Context, c client.Client, queue string) error {
	return temporal.Serve(ctx, c, queue, temporal.AtMost(100), temporal.Grace(time.Minute))
}

var pay = engine.Define("page.pay", func(ctx context.Context, cents int) (string, error) {
	return bank.charge(engine.Key(ctx), cents) // under one key it charges once
})

var index = engine.Define("page.index", func(ctx context.Context, pages int) (int, error) {
	from, _, err := engine.Resumed[int](ctx) // 0 if this is the first run
	if err != nil {
		return 0, err
	}
	for p := from; p < pages; p++ {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		// … index page p …
		engine.Checkpoint(ctx, p+1)
	}
	return pages - from, nil
})

var errNoFile = errors.New("no file")

type tooLong struct{ Name string }

func (e *tooLong) Error() string { return e.Name + " is too long" }

func init() {
	temporal.RegisterError("page.no-file", errNoFile)
	temporal.RegisterErrorType[*tooLong]("page.too-long")
}

func Example_scaleErrors() {
	_, err := engine.Map(context.Background(), engine.Local(), measure, []string{"a", ""})
	fmt.Println(errors.Is(err, errNoFile), err)
	// Output: true page.measure[1]: no file
}

// Order is a workflow: it reserves and charges at once. If one fails the other is
// cancelled and waited for.
func Order(ctx workflow.Context, id string) (receipt string, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, HeartbeatTimeout: 10 * time.Second,
	})
	return temporal.Call(ctx, func(ctx workflow.Context, g *temporal.Group) (string, error) {
		g.Go(func(ctx workflow.Context) error {
			_, err := temporal.Activity[temporal.None](ctx, "reserve", id)
			return err
		}, temporal.Name("reserve"))
		charge := temporal.Fork(g, func(ctx workflow.Context) (string, error) {
			return temporal.Activity[string](ctx, "charge", id)
		}, temporal.Name("charge"))
		return charge.Wait(ctx)
	}, temporal.Name("order"))
}

// Audit is a workflow that calls a task of package engine for each file.
func Audit(ctx workflow.Context, files []string) ([]int, error) {
	return temporal.Map(ctx, files, func(ctx workflow.Context, file string) (int, error) {
		return temporal.CallTask(ctx, measure, file)
	}, temporal.Limit(20))
}

// showWorkflow has the page of a workflow at http://localhost:6061/.
func showWorkflow(c client.Client, id string) error {
	return http.ListenAndServe("localhost:6061", temporal.Handler(c, id))
}

var _ = showWorkflow

// MeasureAll is a workflow over a list of any length, of which it holds the key only.
func MeasureAll(ctx workflow.Context, files temporal.List[string]) (temporal.List[int], error) {
	return temporal.FanMap(ctx, measure, files, temporal.Spread{Limit: 100})
}

func Example_scaleFan() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	store, _ := temporal.DirStore(dir) // the workers have it too: temporal.FanStore(store)

	files := func(yield func(string) bool) {
		for i := range 10_000 {
			if !yield(strings.Repeat("x", i%7+1)) {
				return
			}
		}
	}
	list, err := temporal.PutList(ctx, store, "files", 1000, files)
	fmt.Println(list.Len, err)

	sizes := runHere(store, list) // or client.ExecuteWorkflow(ctx, options, MeasureAll, list)
	total := 0
	for size, err := range sizes.All(ctx, store) {
		if err != nil {
			fmt.Println(err)
			return
		}
		total += size
	}
	fmt.Println(total)
	// Output:
	// 10000 <nil>
	// 39994
}

// runHere runs MeasureAll in the SDK's test environment.
func runHere(store temporal.Store, list temporal.List[string]) (sizes temporal.List[int]) {
	env := environment(func(env *testsuite.TestWorkflowEnvironment) { temporal.RegisterFan(env, store) })
	env.ExecuteWorkflow(MeasureAll, list)
	if err := env.GetWorkflowResult(&sizes); err != nil {
		panic(err)
	}
	return sizes
}

var bank fakeBank

type fakeBank struct{ charged map[string]int }

func (b *fakeBank) charge(key string, cents int) (string, error) {
	if b.charged == nil {
		b.charged = map[string]int{}
	}
	b.charged[key] = cents
	return fmt.Sprintf("%d charged", cents), nil
}

func TestWhatTheScaleOutPageShowsDoesWhatItSays(t *testing.T) {
	err := withEngine("", func(eng engine.Engine) error {
		if text, err := engine.Call(t.Context(), eng, pay, 5); text != "5 charged" || err != nil {
			t.Errorf("pay: %q, %v", text, err)
		}
		if n, err := engine.Call(t.Context(), eng, index, 3); n != 3 || err != nil {
			t.Errorf("index: %d, %v", n, err)
		}
		return nil
	})
	if err != nil || len(bank.charged) != 1 {
		t.Error(err, bank.charged)
	}
	env := environment(carrying, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterActivityWithOptions(func(context.Context, string) error { return nil }, activity.RegisterOptions{Name: "reserve"})
		env.RegisterActivityWithOptions(func(_ context.Context, id string) (string, error) { return "receipt of " + id, nil }, activity.RegisterOptions{Name: "charge"})
	})
	env.ExecuteWorkflow(Order, "o1")
	var receipt string
	if err := env.GetWorkflowResult(&receipt); err != nil || receipt != "receipt of o1" {
		t.Errorf("order: %q, %v", receipt, err)
	}
	env = environment(tasked)
	env.ExecuteWorkflow(Audit, []string{"a", "bb"})
	var sizes []int
	if err := env.GetWorkflowResult(&sizes); err != nil || len(sizes) != 2 || sizes[1] != 2 {
		t.Errorf("audit: %v, %v", sizes, err)
	}
	if err := serveTasks(canceled(t), &neverDialled{}, "q"); err != nil {
		t.Errorf("serveTasks: %v", err)
	}
}

// neverDialled is a client that nothing is asked of.
type neverDialled struct{ client.Client }

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
