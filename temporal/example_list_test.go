package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// This file shows lists, stores and what is kept in them.

// shelf is a Store in memory, for one process.
type shelf struct{ kept sync.Map }

func (s *shelf) Put(_ context.Context, key string, data []byte) error {
	s.kept.Store(key, slices.Clone(data))
	return nil
}

func (s *shelf) Get(_ context.Context, key string) ([]byte, error) {
	if data, ok := s.kept.Load(key); ok {
		return data.([]byte), nil
	}
	return nil, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
}

func ExampleStore() {
	var store temporal.Store = &shelf{} // two methods: Put and Get
	list, err := temporal.PutList(context.Background(), store, "names", 2, slices.Values([]string{"Ada", "Grace", "Edsger"}))
	fmt.Println(list.Len, err)
	data, err := store.Get(context.Background(), "names/00000001")
	fmt.Println(string(data), err)
	// Output:
	// 3 <nil>
	// ["Edsger"] <nil>
}

func ExampleList() {
	store := &shelf{}
	var list temporal.List[int]
	list, _ = temporal.PutList(context.Background(), store, "numbers", 100, numbers(1000))
	fmt.Printf("%+v\n", list) // what a workflow is given
	// Output: {Key:numbers Len:1000 Chunk:100}
}

func ExampleList_All() {
	store := &shelf{}
	list, _ := temporal.PutList(context.Background(), store, "numbers", 2, numbers(3))
	for n, err := range list.All(context.Background(), store) {
		fmt.Println(n, err)
	}
	store.kept.Delete("numbers/00000001")
	for n, err := range list.All(context.Background(), store) {
		fmt.Println(n, err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 2 <nil>
	// 0 <nil>
	// 1 <nil>
	// 0 braid: chunk 1 of numbers: numbers/00000001: file does not exist
}

func ExampleSpread() {
	store := &shelf{}
	list, _ := temporal.PutList(context.Background(), store, "numbers", 10, numbers(100))
	env := environment()
	temporal.Register(env, temporal.FanStore(store))
	env.ExecuteWorkflow(func(ctx workflow.Context) (temporal.List[int], error) {
		return temporal.FanMap(ctx, doubled, list, temporal.Spread{
			Into:   "doubled", // the key of the results
			Limit:  4,         // items of a chunk at once
			Window: 2,         // chunks at once
			Shard:  5,         // chunks a workflow sees to
		})
	})
	var out temporal.List[int]
	fmt.Println(env.GetWorkflowResult(&out), out)
	// Output: <nil> {doubled 100 10}
}

func ExampleFanStore() {
	store := &shelf{} // for workers of several machines, one that all have
	list, _ := temporal.PutList(context.Background(), store, "numbers", 10, numbers(100))
	env := environment()
	temporal.Register(env, temporal.FanStore(store)) // or temporal.Serve(ctx, c, "queue", temporal.FanStore(store))
	env.ExecuteWorkflow(func(ctx workflow.Context) (temporal.List[int], error) {
		return temporal.FanMap(ctx, doubled, list, temporal.Spread{})
	})
	var out temporal.List[int]
	fmt.Println(env.GetWorkflowResult(&out), out.Len)
	// Output: <nil> 100
}

func ExampleRegisterFan() {
	store := &shelf{}
	list, _ := temporal.PutList(context.Background(), store, "numbers", 10, numbers(20))
	env := environment() // or a worker that the program makes
	temporal.RegisterFan(env, store)
	env.ExecuteWorkflow(func(ctx workflow.Context) (temporal.List[int], error) {
		return temporal.FanMap(ctx, doubled, list, temporal.Spread{Into: "doubled"})
	})
	data, err := store.Get(context.Background(), "doubled/00000001")
	fmt.Println(string(data), err)
	// Output: [20,22,24,26,28,30,32,34,36,38] <nil>
}

// asked runs a FanMap on paper, as the workflow of that name, and then calls fn, before it
// has ended.
func asked(id string, fn func(ctx context.Context, c *paper)) {
	store := &shelf{}
	list, _ := temporal.PutList(context.Background(), store, "numbers", 10, numbers(100))
	c := onPaper()
	env := environment(func(env *testsuite.TestWorkflowEnvironment) {
		temporal.RegisterFan(env, store)
		env.RegisterDelayedCallback(func() { fn(context.Background(), c) }, time.Second)
	})
	c.queries("the program's own", env)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		_, err := temporal.FanMap(ctx, doubled, list, temporal.Spread{Into: id})
		return errors.Join(err, workflow.Sleep(ctx, time.Minute))
	})
}

func ExampleQueryFan() {
	asked("doubled", func(ctx context.Context, c *paper) {
		p, err := temporal.QueryFan(ctx, c, "doubled") // its Into
		fmt.Printf("%d of %d, %d failed, %v\n", p.Done, p.Total, p.Failed, err)
	})
	// Output: 100 of 100, 0 failed, <nil>
}

func ExampleFanProgress() {
	asked("doubled", func(ctx context.Context, c *paper) {
		var p temporal.FanProgress
		p, _ = temporal.QueryFan(ctx, c, "doubled")
		fmt.Printf("%.0f %%\n", 100*float64(p.Done)/float64(p.Total))
	})
	// Output: 100 %
}

func ExampleSettled() {
	s := temporal.Settled[int]{Value: 7, State: braid.Succeeded} // as it is kept in a Store
	fmt.Println(s.Value, s.State)
	// Output: 7 succeeded
}

func ExampleSettled_Outcome() {
	s := temporal.Settled[int]{Err: temporal.EncodeError(fmt.Errorf("header: %w", io.ErrUnexpectedEOF)), State: braid.Failed}
	o := s.Outcome()
	fmt.Println(o.State, o.Err, errors.Is(o.Err, io.ErrUnexpectedEOF))
	// Output: failed header: unexpected EOF true
}

func ExampleDecodeError() {
	err, failed := temporal.DecodeError(temporal.EncodeError(errors.Join(io.EOF, errors.New("loose"))))
	eof, rest := braid.Split(err, braid.Is(io.EOF))
	fmt.Println(eof, "|", rest, "|", failed)

	_, failed = temporal.DecodeError([]byte(`{"braid": 99}`))
	fmt.Println(failed != nil)
	// Output:
	// EOF | loose | <nil>
	// true
}

// uploads is an error that nobody has registered.
type uploads struct{ Left int }

func (e *uploads) Error() string { return fmt.Sprintf("%d left", e.Left) }

func ExampleRemoteError() {
	there, _ := temporal.DecodeError(temporal.EncodeError(fmt.Errorf("upload: %w", &uploads{5})))
	var e *temporal.RemoteError
	fmt.Println(there, errors.As(errors.Unwrap(there), &e), e.Type, e.Text)
	// Output: upload: 5 left true *temporal_test.uploads 5 left
}

func ExampleRemoteValue() {
	err := braid.Run(context.Background(), func(context.Context, *braid.Group) error {
		panic(time.March)
	}, braid.PanicsAsErrors)
	there, _ := temporal.DecodeError(temporal.EncodeError(err))
	var pe *braid.PanicError
	if errors.As(there, &pe) {
		v := pe.Value.(temporal.RemoteValue)
		fmt.Println(v, v.Type)
	}
	// Output: March time.Month
}
