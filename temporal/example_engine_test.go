package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// The examples here run in this process, whose client is one on paper (fake_test.go).
// With one that temporal.Dial gives they run on the workers of its queue.

func ExampleEngine() {
	c := onPaper() // or of temporal.Dial
	eng := temporal.Engine(c, "measuring")
	sizes, err := engine.Map(context.Background(), eng, measure, []string{"a", "bb", "ccc"})
	fmt.Println(sizes, err)
	_, err = engine.Map(context.Background(), eng, measure, []string{"a", ""})
	fmt.Println(errors.Is(err, errNoFile), err)
	// Output:
	// [1 2 3] <nil>
	// true page.measure[1]: no file
}

func ExampleBatch() {
	c := onPaper()
	eng := temporal.Engine(c, "measuring", temporal.Batch(4))
	sizes, err := engine.Map(context.Background(), eng, measure, slices.Repeat([]string{"a"}, 10))
	_, run := c.last()
	fmt.Println(len(sizes), err, "in", run.batches, "batches")
	// Output: 10 <nil> in 3 batches
}

func ExampleAttempts() {
	// A batch that has killed three workers is given to none any more.
	eng := temporal.Engine(onPaper(), "measuring", temporal.Attempts(3))
	n, err := engine.Call(context.Background(), eng, measure, "abc")
	fmt.Println(n, err)
	// Output: 3 <nil>
}

func ExampleHeartbeat() {
	// A worker that has been silent for three seconds is given up.
	eng := temporal.Engine(onPaper(), "measuring", temporal.Heartbeat(3*time.Second))
	n, err := engine.Call(context.Background(), eng, measure, "abc")
	fmt.Println(n, err)
	// Output: 3 <nil>
}

func ExampleConverter() {
	// The client's DataConverter, where it is not the default one: it encrypts, say.
	conv := converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), converter.NewJSONPayloadConverter())
	eng := temporal.Engine(onPaper(), "measuring", temporal.Converter(conv))
	n, err := engine.Call(context.Background(), eng, measure, "abc")
	fmt.Println(n, err)
	// Output: 3 <nil>
}

func ExampleSearchAttributes() {
	customer := sdk.NewSearchAttributeKeyKeyword("Customer") // which the namespace knows
	c := onPaper()
	eng := temporal.Engine(c, "measuring", temporal.SearchAttributes(sdk.NewSearchAttributes(customer.ValueSet("c-17"))))
	_, err := engine.Call(context.Background(), eng, measure, "abc")
	options, _ := c.last()
	who, _ := options.TypedSearchAttributes.GetKeyword(customer)
	fmt.Println(who, err)
	// Output: c-17 <nil>
}

func ExampleEngineOption() {
	options := []temporal.EngineOption{temporal.Batch(100), temporal.Heartbeat(time.Minute)}
	eng := temporal.Engine(onPaper(), "measuring", options...)
	n, err := engine.Call(context.Background(), eng, measure, "abc")
	fmt.Println(n, err)
	// Output: 3 <nil>
}

func ExampleJobProgress() {
	c := onPaper()
	if _, err := engine.Settle(context.Background(), temporal.Engine(c, "measuring"), measure, []string{"a", "", "ccc"}); err != nil {
		fmt.Println(err)
	}
	_, run := c.last()
	answer, err := run.env.QueryWorkflow("braid.progress") // or client.QueryWorkflow
	var p temporal.JobProgress
	if err == nil {
		err = answer.Get(&p)
	}
	fmt.Printf("%s: %d of %d, %d failed, %v\n", p.Task, p.Done, p.Total, p.Failed, err)
	// Output: page.measure: 3 of 3, 1 failed, <nil>
}

func ExampleDial() {
	at, stop := startIdle() // a server
	defer stop()
	c, queue, err := temporal.Dial("temporal://"+at+"/default?queue=pictures", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(queue)

	_, _, err = temporal.Dial("http://"+at, nil)
	fmt.Println(err != nil)
	// Output:
	// pictures
	// true
}

func ExampleServe() {
	at, stop := startIdle() // a server
	defer stop()
	c, queue, err := temporal.Dial("temporal://"+at, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	// Until SIGTERM, say: signal.NotifyContext.
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	fmt.Println(queue, temporal.Serve(ctx, c, queue, temporal.AtMost(100), temporal.Grace(time.Minute)))
	// Output: braid <nil>
}

func ExampleRegister() {
	env := environment(carrying) // or worker.New(c, "queue", worker.Options{…})
	temporal.Register(env, temporal.AtMost(4))
	env.ExecuteWorkflow(func(ctx workflow.Context) (int, error) { return temporal.CallTask(ctx, measure, "abc") })
	var n int
	fmt.Println(env.GetWorkflowResult(&n), n)
	// Output: <nil> 3
}

func ExampleAtMost() {
	now, most := make(chan bool, 10), 0
	busy = func() {
		now <- true
		most = max(most, len(now)) // by one task at a time
		<-now
	}
	// The job is one batch of ten, and the worker runs one of them at a time.
	eng := temporal.Engine(onPaper(temporal.AtMost(1)), "measuring", temporal.Batch(10))
	err := engine.Each(context.Background(), eng, beBusy, make([]struct{}, 10))
	fmt.Println(most, err)
	// Output: 1 <nil>
}

var (
	busy   func()
	beBusy = engine.Define("example.busy", func(context.Context, struct{}) (struct{}, error) {
		busy()
		return struct{}{}, nil
	})
)

func ExampleAlso() {
	// What workers have besides the tasks of package engine.
	also := temporal.Also(func(r worker.Registry) {
		r.RegisterActivityWithOptions(Greet, activity.RegisterOptions{Name: "greet"})
		r.RegisterWorkflowWithOptions(func(ctx workflow.Context, name string) (string, error) {
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
			return temporal.Activity[string](ctx, "greet", name)
		}, workflow.RegisterOptions{Name: "welcome"})
	})
	c := onPaper(also) // or temporal.Serve(ctx, c, "queue", also)
	run, err := c.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{}, "welcome", "Ada")
	var text string
	if err == nil {
		err = run.Get(context.Background(), &text)
	}
	fmt.Println(text, err)
	// Output: hello, Ada <nil>
}

func ExampleWorkerOption() {
	options := []temporal.WorkerOption{temporal.AtMost(8), temporal.Grace(time.Minute)}
	eng := temporal.Engine(onPaper(options...), "measuring")
	n, err := engine.Call(context.Background(), eng, measure, "abc")
	fmt.Println(n, err)
	// Output: 3 <nil>
}
