package temporal_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/interceptor"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Tasks of package engine, called one at a time from a workflow. That they are to the
// caller as with any engine is in live_call_test.go.

// tasked has a worker's tasks, and errors that cross whole.
func tasked(env *testsuite.TestWorkflowEnvironment) {
	carrying(env)
	temporal.Register(env)
}

func TestACallOfATaskGivesItsResult(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		n, err := temporal.CallTask(ctx, enginetest.Halve, 84)
		if n != 42 {
			t.Error(n)
		}
		return err
	}, tasked)
	if err != nil {
		t.Error(err)
	}
}

func TestThePathsOfACallBeginWithThoseOfItsCaller(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				_, err := temporal.CallTask(ctx, enginetest.Both, enginetest.Nothing{})
				return err
			}, temporal.Name("charge"))
			return nil
		}, temporal.Name("order"))
	}, tasked)
	var paths []string
	for path := range braid.Leaves(err) {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	want := []string{"order/charge/enginetest.both", "order/charge/enginetest.both/inner/left", "order/charge/enginetest.both/inner/right"}
	if !slices.Equal(paths, want) {
		t.Errorf("%q", paths)
	}
	if odd, rest := braid.Split(err, braid.Is(enginetest.ErrOdd)); odd == nil || rest == nil {
		t.Errorf("%v and %v", odd, rest)
	}
}

func TestAPanicOfACalledTaskIsAnErrorWithItsStack(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		_, err := temporal.CallTask(ctx, enginetest.Panic, "at the disco")
		return err
	}, tasked)
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "at the disco" || pe.Path != "enginetest.panic" || !strings.Contains(string(pe.Stack), "enginetest") {
		t.Errorf("%+v", err)
	}
}

func TestACallUnderADeadContextStartsNothing(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.CancelCause(errOurs)
			_, err := temporal.CallTask(ctx, enginetest.Halve, 3)
			if err != temporal.Cause(ctx) || !errors.Is(err, context.Canceled) || errors.Is(err, enginetest.ErrOdd) {
				t.Error(err)
			}
			return nil
		})
	}, tasked)
	if err != nil {
		t.Error(err)
	}
}

func TestACallThatIsCutShortGivesTheCause(t *testing.T) {
	var tasks []*temporal.Task[enginetest.Nothing]
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			for _, stay := range []bool{true, false} {
				tasks = append(tasks, temporal.Fork(g, func(ctx wctx) (enginetest.Nothing, error) {
					return temporal.CallTask(ctx, enginetest.Stay, stay)
				}))
			}
			return nil
		})
	}, tasked)
	if fails := failures(err); len(fails) != 1 || !strings.Contains(err.Error(), "does not stay") {
		t.Error(err)
	}
	_, cut := tasks[0].Result()
	var c *braid.Cancellation
	if tasks[0].State() != braid.Cancelled || !errors.As(cut, &c) || !strings.Contains(c.Reason().Error(), "does not stay") {
		t.Error(tasks[0].State(), cut)
	}
}

func TestEachCallHasAKeyOfItsOwn(t *testing.T) {
	var keys []string
	err := flow(t, func(ctx wctx) (err error) {
		keys, err = temporal.Map(ctx, upTo(20), func(ctx wctx, n int) (string, error) { return temporal.CallTask(ctx, enginetest.Key, n) })
		return err
	}, tasked)
	slices.Sort(keys)
	if err != nil || len(slices.Compact(keys)) != 20 || keys[0] == "" {
		t.Error(keys, err)
	}
}

func TestACalledTaskIsRetriedByItsPolicyAndFindsItsCheckpoint(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		got, err := temporal.CallTask(ctx, enginetest.Third, enginetest.Nothing{})
		if !slices.Equal(got, []int{3, 2}) {
			t.Error(got)
		}
		return err
	}, tasked)
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIsTooLargeForACallIsAnErrorThatNamesTheTask(t *testing.T) {
	for name, call := range map[string]func(wctx) error{
		"argument": func(ctx wctx) error {
			_, err := temporal.CallTask(ctx, enginetest.Echo, enginetest.Ticket{Tags: []string{strings.Repeat("x", 3<<20)}})
			return err
		},
		"result": func(ctx wctx) error {
			_, err := temporal.CallTask(ctx, enginetest.Long, 3<<20)
			return err
		},
	} {
		err := flow(t, call, tasked)
		if !errors.Is(err, temporal.ErrTooLarge) || !strings.Contains(err.Error(), "enginetest.") || !strings.Contains(err.Error(), "3.0 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACallTakesTheOptionsOfActivities: they are a workflow's own, and what is not said
// is for tasks that take their time.
func TestACallTakesTheOptionsOfActivities(t *testing.T) {
	var got []workflow.ActivityOptions
	look := func(env *testsuite.TestWorkflowEnvironment) {
		tasked(env)
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&optioned{got: &got}}})
	}
	err := flow(t, func(ctx wctx) error {
		if _, err := temporal.CallTask(ctx, enginetest.Halve, 2); err != nil {
			return err
		}
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Minute, HeartbeatTimeout: 5 * time.Second, RetryPolicy: &sdk.RetryPolicy{MaximumAttempts: 2}, Summary: "half",
		})
		_, err := temporal.CallTask(ctx, enginetest.Halve, 2)
		return err
	}, look)
	if err != nil || len(got) != 2 {
		t.Fatal(err, len(got))
	}
	if o := got[0]; o.StartToCloseTimeout < 1000*time.Hour || o.HeartbeatTimeout != 10*time.Second || o.RetryPolicy.MaximumAttempts != 10 || o.Summary != "enginetest.halve" || !o.WaitForCancellation {
		t.Errorf("%+v", o)
	}
	if o := got[1]; o.StartToCloseTimeout != time.Minute || o.HeartbeatTimeout != 5*time.Second || o.RetryPolicy.MaximumAttempts != 2 || o.Summary != "half" || !o.WaitForCancellation {
		t.Errorf("%+v", o)
	}
}

func TestWhatTakesATimeLimitNeedsNoGroup(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Timeout(ctx, time.Hour, func(ctx wctx) error {
			n, err := temporal.CallTask(ctx, enginetest.Halve, 2)
			if n != 1 || err != nil {
				return errors.Join(errOurs, err)
			}
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
			n, err = temporal.Activity[int](ctx, "seven")
			if n != 7 {
				t.Error(n)
			}
			return err
		})
	}, sevens, tasked)
	if err != nil {
		t.Error(err)
	}
}

func TestACallWithoutATaskIsRefused(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		for name, bad := range map[string]func(){
			"nil task":    func() { _, _ = temporal.CallTask[int, int](ctx, nil, 1) },
			"nil context": func() { _, _ = temporal.CallTask(nil, enginetest.Halve, 1) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s was taken", name)
					}
				}()
				bad()
			}()
		}
		return nil
	})
}

func TestAWorkerSaysOnceThatItDoesNotKnowATask(t *testing.T) {
	log := logged(t, func() {
		err := flow(t, func(ctx wctx) error {
			_, err := temporal.CallOne(ctx, temporal.CallJob{Task: "nobody.knows", Single: true}, 0, []byte("1"))
			return err
		}, tasked)
		if !errors.Is(err, engine.ErrUnknownTask) {
			t.Error(err)
		}
	})
	if strings.Count(log, "does not know a task") != 1 || !strings.Contains(log, "task=nobody.knows") {
		t.Error(log)
	}
}

// optioned notes the options of what is executed.
type optioned struct {
	interceptor.WorkerInterceptorBase
	got *[]workflow.ActivityOptions
}

func (o *optioned) InterceptWorkflow(_ wctx, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &optionedInbound{o: o}
	in.Next = next
	return in
}

type optionedInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	o *optioned
}

func (in *optionedInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &optionedOutbound{o: in.o}
	out.Next = next
	return in.Next.Init(out)
}

type optionedOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	o *optioned
}

func (out *optionedOutbound) ExecuteActivity(ctx wctx, name string, args ...any) workflow.Future {
	*out.o.got = append(*out.o.got, workflow.GetActivityOptions(ctx))
	return out.Next.ExecuteActivity(ctx, name, args...)
}
