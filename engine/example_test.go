package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

// Tasks are defined where the program starts, so that a worker has them too.
var double = engine.Define("double", func(_ context.Context, n int) (int, error) {
	if n < 0 {
		return 0, errors.New("negative")
	}
	return 2 * n, nil
})

func Example() {
	eng := engine.Local() // or, for workers, the engine of package temporal

	doubles, err := engine.Map(context.Background(), eng, double, []int{1, 2, 3}, braid.Limit(2))
	fmt.Println(doubles, err)

	_, err = engine.Map(context.Background(), eng, double, []int{1, -2, 3}, braid.Name("doubles"))
	fmt.Println(err)
	// Output:
	// [2 4 6] <nil>
	// doubles/double[1]: negative
}

func ExampleDefine() {
	n, err := engine.Call(context.Background(), engine.Local(), double, 21)
	fmt.Println(n, err)
	// Output: 42 <nil>
}

func ExampleCall() {
	_, err := engine.Call(context.Background(), engine.Local(), double, -1)
	fmt.Println(err)
	// Output: double: negative
}

func ExampleMap() {
	lengths, err := engine.Map(context.Background(), engine.Local(), double, []int{4, 2})
	fmt.Println(lengths, err)
	// Output: [8 4] <nil>
}

func ExampleEach() {
	err := engine.Each(context.Background(), engine.Local(), double, []int{4, -2})
	fmt.Println(err)
	// Output: double[1]: negative
}

func ExampleSettle() {
	outcomes, err := engine.Settle(context.Background(), engine.Local(), double, []int{4, -2})
	for _, o := range outcomes {
		fmt.Println(o.State, o.Value, o.Err)
	}
	fmt.Println(err)
	// Output:
	// succeeded 8 <nil>
	// failed 0 double[1]: negative
	// <nil>
}

func ExampleTask() {
	var t *engine.Task[int, int] = double
	fmt.Println(t.Name())
	// Output: double
}

func ExampleTask_Name() {
	fmt.Println(double.Name())
	// Output: double
}

func ExampleTaskOption() {
	options := []engine.TaskOption{engine.Retry(braid.Policy{Attempts: 3})}
	fmt.Println(len(options))
	// Output: 1
}

// flaky succeeds at the third attempt.
var flaky = engine.Define("flaky", func(ctx context.Context, _ struct{}) (int, error) {
	if n := braid.AttemptNumber(ctx); n < 3 {
		return 0, fmt.Errorf("attempt %d", n)
	}
	return braid.AttemptNumber(ctx), nil
}, engine.Retry(braid.Policy{Attempts: 5}))

func ExampleRetry() {
	n, err := engine.Call(context.Background(), engine.Local(), flaky, struct{}{})
	fmt.Println(n, err)
	// Output: 3 <nil>
}

// pages goes on where an earlier run has left off.
var pages = engine.Define("pages", func(ctx context.Context, last int) (string, error) {
	first, resumed, err := engine.Resumed[int](ctx)
	if err != nil {
		return "", err
	}
	for page := first + 1; page <= last; page++ {
		engine.Checkpoint(ctx, page)
		if page == 3 && !resumed {
			return "", errors.New("the connection was lost")
		}
	}
	return fmt.Sprintf("went on after page %d", first), nil
}, engine.Retry(braid.Policy{Attempts: 2}))

func ExampleCheckpoint() {
	fmt.Println(engine.Call(context.Background(), engine.Local(), pages, 5))
	// Output: went on after page 3 <nil>
}

func ExampleResumed() {
	fmt.Println(engine.Call(context.Background(), engine.Local(), pages, 2))
	// Output: went on after page 0 <nil>
}

// charge asks to be paid under a key, so that nobody is charged twice.
var charge = engine.Define("charge", func(ctx context.Context, cents int) (string, error) {
	_, input, _ := strings.Cut(engine.Key(ctx), "/")
	return fmt.Sprintf("%d cents for %s", cents, input), nil
})

func ExampleKey() {
	fmt.Println(engine.Map(context.Background(), engine.Local(), charge, []int{100, 250}))
	// Output: [100 cents for charge[0] 250 cents for charge[1]] <nil>
}

func ExampleNames() {
	fmt.Println(slices.Contains(engine.Names(), "double"))
	// Output: true
}

func ExampleInvoke() {
	output, err := engine.Invoke(context.Background(), "double", []byte("4"), engine.Running{Key: "k"})
	fmt.Println(string(output), err)
	_, err = engine.Invoke(context.Background(), "triple", []byte("4"), engine.Running{})
	fmt.Println(errors.Is(err, engine.ErrUnknownTask))
	// Output:
	// 8 <nil>
	// true
}

func ExampleRunning() {
	saved := ""
	_, _ = engine.Invoke(context.Background(), "pages", []byte("2"), engine.Running{Save: func(data []byte) { saved += string(data) }})
	fmt.Println(saved)
	// Output: 12
}

func ExampleLocal() {
	var e engine.Engine = engine.Local()
	fmt.Println(engine.Call(context.Background(), e, double, 1))
	// Output: 2 <nil>
}

// backwards is an engine that works from the last input to the first.
type backwards struct{}

func (backwards) Run(ctx context.Context, job *engine.Job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for i, input := range slices.Backward(job.Inputs) {
			output, err := engine.Invoke(ctx, job.Task, input, engine.Running{Key: job.Label(i)})
			if err != nil {
				return err
			}
			job.Done(i, engine.End{Output: output, State: braid.Succeeded})
		}
		return nil
	})
}

func ExampleEngine() {
	fmt.Println(engine.Map(context.Background(), backwards{}, double, []int{1, 2, 3}))
	// Output: [2 4 6] <nil>
}

func ExampleJob() {
	job := &engine.Job{Task: "double", Inputs: [][]byte{[]byte("1"), []byte("2")}}
	job.Done = func(i int, e engine.End) { fmt.Println(job.Label(i), string(e.Output)) }
	fmt.Println(backwards{}.Run(context.Background(), job))
	// Output:
	// double[1] 4
	// double[0] 2
	// <nil>
}

func ExampleJob_Label() {
	many, one := engine.Job{Task: "double"}, engine.Job{Task: "double", Single: true}
	fmt.Println(many.Label(7), one.Label(0))
	// Output: double[7] double
}

func ExampleEnd() {
	e := engine.End{Output: []byte("4"), State: braid.Succeeded}
	fmt.Println(e.State)
	// Output: succeeded
}

func ExampleOption() {
	options := []engine.Option{braid.Name("doubles"), braid.Limit(8)}
	fmt.Println(engine.Map(context.Background(), engine.Local(), double, []int{4}, options...))
	// Output: [8] <nil>
}

func ExampleWork() {
	// A part of a larger job: its inputs are numbers 10 and 11 of that.
	job := &engine.Job{Task: "double", First: 10, Inputs: [][]byte{[]byte("1"), []byte("-2")}, Done: func(int, engine.End) {}}
	fmt.Println(engine.Work(context.Background(), job, engine.Hooks{Key: "job-1"}))
	// Output: double[11]: negative
}

func ExampleHooks() {
	slots := make(chan struct{}, 4) // of this worker, whatever jobs it has a part of
	h := engine.Hooks{Key: "job-1", Enter: func(ctx context.Context) (func(), error) {
		select {
		case slots <- struct{}{}:
			return func() { <-slots }, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}}
	job := &engine.Job{Task: "double", Single: true, Inputs: [][]byte{[]byte("4")}}
	job.Done = func(i int, e engine.End) { fmt.Println(string(e.Output)) }
	fmt.Println(engine.Work(context.Background(), job, h))
	// Output:
	// 8
	// <nil>
}
