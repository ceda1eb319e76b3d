package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

var (
	squared  atomic.Int64
	doubled  = engine.Define("test.double", double)
	picky    = engine.Define("test.picky", pick)
	leaves   = engine.Define("test.leaves", leave)
	patience = engine.Define("test.patient", wait)
)

func double(_ context.Context, n int) (int, error) {
	squared.Add(1)
	return 2 * n, nil
}

func pick(_ context.Context, n int) (string, error) {
	switch {
	case n%1000 == 7:
		return "", fmt.Errorf("%w: %d", errOurs, n)
	case n == 500:
		panic("five hundred")
	}
	return fmt.Sprint(n), nil
}

func leave(_ context.Context, n int) (int, error) {
	if n == 7 {
		runtime.Goexit()
	}
	return n, nil
}

func wait(ctx context.Context, n int) (int, error) {
	if n == 3 {
		return 0, errOurs
	}
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

func numbers(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// fanning runs fn as a workflow on a worker that has a store.
func fanning(t *testing.T, store temporal.Store, fn func(ctx workflow.Context) error, setup ...func(*testsuite.TestWorkflowEnvironment)) error {
	return flow(t, fn, append(setup, func(env *testsuite.TestWorkflowEnvironment) {
		temporal.RegisterFan(env, store)
	})...)
}

func stored(t *testing.T, n, chunk int) (temporal.Store, temporal.List[int]) {
	t.Helper()
	store, err := temporal.DirStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	list, err := temporal.PutList(t.Context(), store, "in", chunk, numbers(n))
	if err != nil || list.Len != n {
		t.Fatal(list, err)
	}
	return store, list
}

func TestAFanKeepsTheOrder(t *testing.T) {
	store, list := stored(t, 10_050, 100)
	var out temporal.List[int]
	err := fanning(t, store, func(ctx workflow.Context) (err error) {
		out, err = temporal.FanMap(ctx, doubled, list, temporal.Spread{})
		return err
	})
	if err != nil || out.Len != list.Len {
		t.Fatal(out, err)
	}
	next := 0
	for v, err := range out.All(t.Context(), store) {
		if err != nil || v != 2*next {
			t.Fatal(next, v, err)
		}
		next++
	}
	if next != list.Len {
		t.Error(next)
	}
}

func TestAFanIsDealtOutByChildrenThatBeginAnew(t *testing.T) {
	store, list := stored(t, 4_000, 10)
	children := 0
	var out temporal.List[int]
	before := squared.Load()
	err := fanning(t, store, func(ctx workflow.Context) (err error) {
		out, err = temporal.FanMap(ctx, doubled, list, temporal.Spread{Shard: 50, Window: 20})
		return err
	}, func(env *testsuite.TestWorkflowEnvironment) {
		env.SetOnChildWorkflowStartedListener(func(*workflow.Info, workflow.Context, convertedArgs) { children++ })
	})
	if err != nil {
		t.Fatal(err)
	}
	if children != 1+8 {
		t.Errorf("%d children", children)
	}
	if n := squared.Load() - before; n != 4_000 {
		t.Errorf("%d calls", n)
	}
	last := -1
	for v := range out.All(t.Context(), store) {
		last = v
	}
	if last != 2*3_999 {
		t.Error(last)
	}
}

func TestRule10_2_AFanStopsAtTheFirstFailureAndNamesTheItem(t *testing.T) {
	store, list := stored(t, 3_000, 100)
	err := fanning(t, store, func(ctx workflow.Context) error {
		_, err := temporal.FanMap(ctx, picky, list, temporal.Spread{Window: 1, Limit: 1})
		return err
	}, carrying)
	var ge *braid.GroupError
	if !errors.As(err, &ge) || !errors.Is(err, errOurs) {
		t.Fatalf("%v", err)
	}
	te, ok := ge.Errors()[0].(*braid.TaskError)
	if !ok || te.Item() != 7 || len(ge.Errors()) != 1 || te.Path() != "test.picky[7]" {
		t.Errorf("%+v", err)
	}
}

func TestAFailingFanStopsWhatIsUnderWay(t *testing.T) {
	store, list := stored(t, 40, 10)
	err := fanning(t, store, func(ctx workflow.Context) error {
		_, err := temporal.FanMap(ctx, patience, list, temporal.Spread{})
		return err
	}, carrying)
	if !errors.Is(err, errOurs) {
		t.Errorf("%v", err)
	}
}

func TestRule10_4_AFanThatSettlesTellsOfEachItem(t *testing.T) {
	store, list := stored(t, 3_000, 100)
	var out temporal.List[temporal.Settled[string]]
	var bad int
	err := fanning(t, store, func(ctx workflow.Context) (err error) {
		out, bad, err = temporal.FanSettle[int, string](ctx, picky, list, temporal.Spread{})
		return err
	}, carrying)
	if err != nil || bad != 4 {
		t.Fatal(bad, err)
	}
	var failed []int
	i := 0
	for s, err := range out.All(t.Context(), store) {
		if err != nil {
			t.Fatal(err)
		}
		switch o := s.Outcome(); o.State {
		case braid.Succeeded:
			if o.Value != fmt.Sprint(i) || o.Err != nil {
				t.Errorf("%d: %v", i, o)
			}
		case braid.Failed:
			failed = append(failed, i)
			if !errors.Is(o.Err, errOurs) || o.Err.(*braid.TaskError).Item() != i {
				t.Errorf("%d: %v", i, o)
			}
		case braid.Panicked:
			var pe *braid.PanicError
			if !errors.As(o.Err, &pe) || pe.Value != "five hundred" || i != 500 {
				t.Errorf("%d: %v", i, o)
			}
		}
		i++
	}
	if !slices.Equal(failed, []int{7, 1007, 2007}) || i != 3_000 {
		t.Error(failed, i)
	}
}

func TestWhatAFanHasStoredIsNotWorkedOutAgain(t *testing.T) {
	store, list := stored(t, 100, 10)
	run := func() int64 {
		before := squared.Load()
		err := fanning(t, store, func(ctx workflow.Context) error {
			_, err := temporal.FanMap(ctx, doubled, list, temporal.Spread{Into: "out"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return squared.Load() - before
	}
	if n := run(); n != 100 {
		t.Error(n)
	}
	if n := run(); n != 0 {
		t.Error(n)
	}
}

func TestRule8_2_AFanEndsAlsoIfATaskOfItCallsGoexit(t *testing.T) {
	store, list := stored(t, 10, 10)
	err := fanning(t, store, func(ctx workflow.Context) error {
		_, err := temporal.FanMap(ctx, leaves, list, temporal.Spread{})
		return err
	}, carrying)
	var te *braid.TaskError
	if !errors.Is(err, braid.ErrGoexit) || !errors.As(err, &te) || te.Item() != 7 {
		t.Errorf("%v", err)
	}
	err = fanning(t, store, func(ctx workflow.Context) error {
		_, bad, err := temporal.FanSettle(ctx, leaves, list, temporal.Spread{})
		if bad != 1 {
			t.Errorf("%d failed, want 1", bad)
		}
		return err
	}, carrying)
	if err != nil {
		t.Errorf("%v", err)
	}
}

func TestAFanOverNothingIsEmpty(t *testing.T) {
	store, list := stored(t, 0, 10)
	err := fanning(t, store, func(ctx workflow.Context) error {
		out, err := temporal.FanMap(ctx, doubled, list, temporal.Spread{})
		if out.Len != 0 {
			t.Error(out)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAFanOverAListThatIsNotWhatItSaysIsAnError(t *testing.T) {
	store, _ := stored(t, 40, 10)
	for _, list := range []temporal.List[int]{{Key: "in", Len: 3, Chunk: 10}, {Key: "in", Len: 40, Chunk: 5}} {
		err := fanning(t, store, func(ctx workflow.Context) error {
			_, err := temporal.FanMap(ctx, doubled, list, temporal.Spread{})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "in place of") {
			t.Errorf("%v", err)
		}
	}
}

func TestRule5_4_ACancelledFanStopsItsTasks(t *testing.T) {
	store, _ := stored(t, 0, 10)
	list, err := temporal.PutList(t.Context(), store, "patient", 2, slices.Values([]int{10, 11, 12, 13, 14}))
	if err != nil {
		t.Fatal(err)
	}
	err = fanning(t, store, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			fan := temporal.Fork(g, func(ctx workflow.Context) (temporal.List[int], error) {
				return temporal.FanMap(ctx, patience, list, temporal.Spread{})
			})
			_ = temporal.Sleep(ctx, time.Second)
			fan.Cancel()
			if _, err := fan.Wait(ctx); fan.State() != braid.Cancelled || !errors.Is(err, context.Canceled) {
				t.Errorf("%v: %v", fan.State(), err)
			}
			return nil
		})
	}, carrying)
	if err != nil {
		t.Error(err)
	}
}

func TestAStoreKeepsWholeValuesAndRefusesKeysOutside(t *testing.T) {
	store, _ := temporal.DirStore(t.TempDir())
	for _, key := range []string{"", ".", "../x", "/etc/x", "a/../../b"} {
		if err := store.Put(t.Context(), key, nil); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := store.Get(t.Context(), "a/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	_ = store.Put(t.Context(), "a/b", []byte("one"))
	_ = store.Put(t.Context(), "a/b", []byte("two"))
	if data, err := store.Get(t.Context(), "a/b"); string(data) != "two" || err != nil {
		t.Error(string(data), err)
	}
}

func TestASpreadThatMakesNoSenseIsRefused(t *testing.T) {
	for want, s := range map[string]temporal.Spread{
		"a number below zero":          {Window: -1},
		"Heartbeat is less than a sec": {Heartbeat: time.Millisecond},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("%+v: %s", s, got)
				}
			}()
			_, _ = temporal.FanMap(ctxOnly{}, doubled, temporal.List[int]{}, s)
		}()
	}
}

type ctxOnly struct{ workflow.Context }

func TestAFanBeginsAnewBeforeItsHistoryIsTooLong(t *testing.T) {
	store, list := stored(t, 200, 10)
	run := temporal.NewFanRun("test.double", list.Key, "out", list.Len)
	before, runs := squared.Load(), 0
	for more := true; more; runs++ {
		env := environment()
		temporal.RegisterFan(env, store)
		env.SetContinueAsNewSuggested(runs < 3) // of each of these runs only one piece is begun
		env.ExecuteWorkflow(temporal.RunFan, run)
		var anew *workflow.ContinueAsNewError
		switch err := env.GetWorkflowError(); {
		case errors.As(err, &anew):
			var next temporal.FanRun
			if err := converter.GetDefaultDataConverter().FromPayloads(anew.Input, &next); err != nil || anew.WorkflowType.Name != "braid.fan" {
				t.Fatal(anew.WorkflowType, err)
			}
			if next.Count.Done != 10*next.From || next.From != run.From+1 {
				t.Errorf("begins anew with %+v after %+v", next, run)
			}
			run = next
		case err != nil:
			t.Fatal(err)
		default:
			var done int
			if err := env.GetWorkflowResult(&done); err != nil || done != 200 {
				t.Error(done, err)
			}
			more = false
		}
	}
	if n := squared.Load() - before; n != 200 || runs != 4 {
		t.Errorf("%d calls in %d runs", n, runs)
	}
}
