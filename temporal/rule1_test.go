package temporal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Rules 1 and 2: joining and starting.

func TestRule1_1_RunReturnsAfterAllTasks(t *testing.T) {
	var tr trail
	err := flow(t, func(ctx workflow.Context) error {
		defer tr.note("returned")
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				workflow.Sleep(ctx, time.Hour)
				tr.note("slow")
				return nil
			})
			g.Go(func(ctx workflow.Context) error { tr.note("quick"); return nil })
			tr.note("body")
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.is(t, "body", "quick", "slow", "returned")
}

// TestRule1_1_ACancelIsWaitedFor looks at what the SDK is asked for: its test
// environment does not wait for an activity that is cancelled, whoever asks.
// TestServer has it on a server.
func TestRule1_1_ACancelIsWaitedFor(t *testing.T) {
	look := &looking{}
	err := flow(t, func(ctx wctx) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowRunTimeout: time.Hour})
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { _, err := temporal.Activity[int](ctx, "seven"); return err })
			g.Go(func(ctx wctx) error {
				ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
				return workflow.ExecuteActivity(ctx, "seven").Get(ctx, nil)
			})
			g.Go(func(ctx wctx) error { _, err := temporal.Child[int](ctx, "eight"); return err })
			g.Go(func(ctx wctx) error { return workflow.ExecuteChildWorkflow(ctx, "eight").Get(ctx, nil) })
			return nil
		})
	}, sevens, func(env *testsuite.TestWorkflowEnvironment) {
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{look, temporal.Interceptor()}})
	})
	if err != nil || look.waits != 4 || look.others != 0 {
		t.Error(err, look.waits, look.others)
	}
}

func sevens(env *testsuite.TestWorkflowEnvironment) {
	env.RegisterActivityWithOptions(func(ctx context.Context) (int, error) { return 7, nil }, activity.RegisterOptions{Name: "seven"})
	env.RegisterWorkflowWithOptions(func(ctx wctx) (int, error) { return 8, nil }, workflow.RegisterOptions{Name: "eight"})
}

// looking notes whether what is started will be waited for if it is cancelled.
type looking struct {
	interceptor.WorkerInterceptorBase
	waits, others int
}

func (l *looking) InterceptWorkflow(_ wctx, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &lookingInbound{l: l}
	in.Next = next
	return in
}

type lookingInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	l *looking
}

func (in *lookingInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &lookingOutbound{l: in.l}
	out.Next = next
	return in.Next.Init(out)
}

type lookingOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	l *looking
}

func (l *looking) note(waits bool) {
	if waits {
		l.waits++
	} else {
		l.others++
	}
}

func (out *lookingOutbound) ExecuteActivity(ctx wctx, name string, args ...any) workflow.Future {
	out.l.note(workflow.GetActivityOptions(ctx).WaitForCancellation)
	return out.Next.ExecuteActivity(ctx, name, args...)
}

func (out *lookingOutbound) ExecuteChildWorkflow(ctx wctx, name string, args ...any) workflow.ChildWorkflowFuture {
	out.l.note(workflow.GetChildWorkflowOptions(ctx).WaitForCancellation)
	return out.Next.ExecuteChildWorkflow(ctx, name, args...)
}

func TestRule1_1_WhatNobodyWaitedForIsJoined(t *testing.T) {
	var tr trail
	err := flow(t, func(ctx wctx) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		var loose workflow.Future
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { workflow.ExecuteActivity(ctx, "seven"); return nil })
			g.Go(func(ctx wctx) error {
				loose = workflow.ExecuteChildWorkflow(ctx, "slow")
				return loose.(workflow.ChildWorkflowFuture).GetChildWorkflowExecution().Get(ctx, nil)
			})
			workflow.ExecuteActivity(ctx, "seven")
			return nil
		})
		if !loose.IsReady() {
			t.Error("the child is left behind")
		}
		tr.note("returned")
		return err
	}, sevens, func(env *testsuite.TestWorkflowEnvironment) {
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{temporal.Interceptor()}})
		env.RegisterWorkflowWithOptions(func(ctx wctx) error {
			err := workflow.Sleep(ctx, time.Hour)
			_ = workflow.Sleep(disconnected(ctx), time.Minute) // it cleans up
			tr.note("child ended")
			return err
		}, workflow.RegisterOptions{Name: "slow"})
	})
	tr.is(t, "child ended", "returned")
	if err != nil {
		t.Error(err)
	}
}

func TestRule1_2_ABodyThatReturnsNilCancelsNone(t *testing.T) {
	err := flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) })
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule1_3_BackgroundTasksEndWithTheOthers(t *testing.T) {
	var tr trail
	err := flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				for temporal.Sleep(ctx, time.Minute) == nil {
					tr.note("beat")
				}
				tr.note("quiet")
				return temporal.Cause(ctx)
			}, temporal.Background)
			g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, 150*time.Second) })
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	tr.is(t, "beat", "beat", "quiet")
}

func TestRule1_4_TasksHandFurtherTasksToTheirGroup(t *testing.T) {
	n := 0
	err := flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			var grow func(depth int) func(workflow.Context) error
			grow = func(depth int) func(workflow.Context) error {
				return func(ctx workflow.Context) error {
					if n++; depth > 0 {
						g.Go(grow(depth - 1))
						g.Go(grow(depth - 1))
					}
					return nil
				}
			}
			g.Go(grow(4))
			return nil
		})
	})
	if err != nil || n != 31 {
		t.Error(n, err)
	}
}

func TestRule2_1_NothingStartsUnderADeadContext(t *testing.T) {
	var state temporal.State
	var result error
	err := flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			early := temporal.Fork(g, func(workflow.Context) (int, error) { t.Error("called"); return 0, nil })
			g.Cancel()
			late := temporal.Fork(g, func(workflow.Context) (int, error) { t.Error("called"); return 0, nil })
			if err := temporal.Run(ctx, func(workflow.Context, *temporal.Group) error { t.Error("body called"); return nil }); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			_, result = late.Result()
			state = late.State()
			g.Go(func(ctx workflow.Context) error {
				if ctx.Err() == nil {
					t.Error("alive")
				}
				return nil
			}, temporal.Always)
			_ = early
			return nil
		})
	})
	if err != nil || state != braid.Skipped || !errors.Is(result, context.Canceled) {
		t.Error(err, state, result)
	}
}

func TestRule2_4_AGroupThatHasEndedTakesNothing(t *testing.T) {
	_ = flow(t, func(ctx workflow.Context) error {
		var g *temporal.Group
		_ = temporal.Run(ctx, func(_ workflow.Context, inner *temporal.Group) error { g = inner; return nil }, temporal.Name("gone"))
		nop := func(workflow.Context) error { return nil }
		if err := g.TryGo(nop); err != braid.ErrClosed {
			t.Error(err)
		}
		if _, err := temporal.TryFork(g, func(workflow.Context) (int, error) { return 0, nil }); err != braid.ErrClosed {
			t.Error(err)
		}
		if err := g.Defer(nop); err != braid.ErrClosed {
			t.Error(err)
		}
		defer func() {
			if recover() == nil {
				t.Error("Go was taken")
			}
		}()
		g.Go(nop)
		return nil
	})
}

func TestRule2_5_WhatMakesNoSenseIsRefusedAtTheCall(t *testing.T) {
	fn := func(workflow.Context) (int, error) { return 0, nil }
	fns := temporal.Funcs(fn, nil)
	_ = flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for name, bad := range map[string]func(){
				"nil body":      func() { temporal.Run(ctx, nil) },
				"nil context":   func() { temporal.Run(nil, func(workflow.Context, *temporal.Group) error { return nil }) },
				"nil task":      func() { g.Go(nil) },
				"nil fork":      func() { temporal.Fork[int](g, nil) },
				"nil among all": func() { temporal.All(ctx, fns) },
				"nil in first":  func() { temporal.First(ctx, fns) },
				"nil mapped":    func() { temporal.Map[int, int](ctx, nil, nil) },
				"no limit":      func() { temporal.Limit(0) },
				"no name":       func() { temporal.Name("") },
				"no grace":      func() { temporal.Grace(0) },
				"keep":          func() { temporal.Keep(0) },
				"lone keep": func() {
					temporal.Map(ctx, []int{1}, func(workflow.Context, int) (int, error) { return 0, nil }, temporal.Keep(1))
				},
				"twice": func() {
					g.Go(func(workflow.Context) error { return nil }, temporal.Name("a"), temporal.Name("b"))
				},
				"nil option":    func() { g.Go(func(workflow.Context) error { return nil }, nil) },
				"no quorum":     func() { temporal.Quorum(ctx, 0, temporal.Funcs(fn)) },
				"nil wait":      func() { temporal.Fork(g, fn).Wait(nil) },
				"zero group":    func() { new(temporal.Group).Go(func(workflow.Context) error { return nil }) },
				"nil timeout":   func() { temporal.Timeout(ctx, 1, nil) },
				"nil deferred":  func() { g.Defer(nil) },
				"budget":        func() { temporal.Retry(ctx, braid.Policy{Budget: braid.NewBudget(1, 1)}, fn) },
				"negative":      func() { temporal.Retry(ctx, braid.Policy{Attempts: -1}, fn) },
				"OnFailure nil": func() { temporal.OnFailure(nil) },
				"OnStall nil":   func() { temporal.OnStall(nil) },
				"noise nil":     func() { temporal.CancelNoise(nil) },
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
	})
}

// TestAWorkflowThatIsDestroyedFailsNoTask: when a workflow leaves a worker's
// cache its coroutines are unwound as if each had called runtime.Goexit.
func TestAWorkflowThatIsDestroyedFailsNoTask(t *testing.T) {
	env := environment()
	failures := 0
	env.SetWorkflowRunTimeout(time.Minute)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
					return temporal.Sleep(ctx, time.Hour)
				})
			})
			return nil
		}, temporal.OnFailure(func(te *braid.TaskError) { failures++ }))
	})
	var timeout *sdk.TimeoutError
	if err := env.GetWorkflowError(); !errors.As(err, &timeout) || failures != 0 {
		t.Error(failures, err)
	}
}
