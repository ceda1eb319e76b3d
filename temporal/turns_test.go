package temporal_test

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// How much of a workflow is under way at once, whatever its groups ask for. An
// activity and a child take a minute of the workflow's time here, so that the time
// tells how many were at once.

// started notes the activities that were asked for, in order.
type started struct {
	interceptor.WorkerInterceptorBase
	args []int
}

func (s *started) InterceptWorkflow(_ wctx, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &startedInbound{s: s}
	in.Next = next
	return in
}

type startedInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	s *started
}

func (in *startedInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &startedOutbound{s: in.s}
	out.Next = next
	return in.Next.Init(out)
}

type startedOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	s *started
}

func (out *startedOutbound) ExecuteActivity(ctx wctx, name string, args ...any) workflow.Future {
	if n, ok := args[0].(int); ok && ctx.Err() == nil {
		out.s.args = append(out.s.args, n)
	}
	return out.Next.ExecuteActivity(ctx, name, args...)
}

// crowd sets up activities and children that take a minute, of which ten are under
// way at once.
func crowd(t *testing.T, s *started, more ...interceptor.WorkerInterceptor) func(*testsuite.TestWorkflowEnvironment) {
	temporal.AtOnce(t, 10)
	return func(env *testsuite.TestWorkflowEnvironment) {
		env.SetWorkerOptions(worker.Options{Interceptors: append([]interceptor.WorkerInterceptor{s}, more...)})
		env.RegisterActivityWithOptions(func(context.Context, int) error { return nil }, activity.RegisterOptions{Name: "minute"})
		env.RegisterActivityWithOptions(func(context.Context, string) error { return nil }, activity.RegisterOptions{Name: "read"})
		env.RegisterWorkflowWithOptions(func(ctx wctx) error { return workflow.Sleep(ctx, time.Minute) }, workflow.RegisterOptions{Name: "child"})
		env.OnActivity("minute", anything, anything).After(time.Minute).Return(nil)
	}
}

const anything = "mock.Anything" // of github.com/stretchr/testify/mock

func minute(ctx wctx, i int) error {
	_, err := temporal.Activity[temporal.None](ctx, "minute", i)
	return err
}

// took runs fn as a workflow and tells how long that took, by its own clock.
func took(t *testing.T, fn func(ctx wctx) error, setup ...func(*testsuite.TestWorkflowEnvironment)) (d time.Duration, err error) {
	t.Helper()
	err = flow(t, func(ctx wctx) error {
		began := workflow.Now(ctx)
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		err := fn(ctx)
		d = workflow.Now(ctx).Sub(began)
		return err
	}, setup...)
	return d, err
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestNoMoreActivitiesAreUnderWayThanTheServerBearsAndTheyWaitInLine(t *testing.T) {
	for name, body := range map[string]func(wctx) error{
		"Go": func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				for i := range 24 {
					g.Go(func(ctx wctx) error { return minute(ctx, i) })
				}
				return nil
			})
		},
		"a Map with a Limit above": func(ctx wctx) error {
			return temporal.Each(ctx, upTo(24), minute, temporal.Limit(5000))
		},
		"Settle": func(ctx wctx) error {
			var fns []func(wctx) (int, error)
			for i := range 24 {
				fns = append(fns, func(ctx wctx) (int, error) { return i, minute(ctx, i) })
			}
			_, err := temporal.Settle(ctx, fns)
			return err
		},
		"groups in groups": func(ctx wctx) error {
			return temporal.Each(ctx, upTo(4), func(ctx wctx, part int) error {
				return temporal.Each(ctx, upTo(6), func(ctx wctx, i int) error { return minute(ctx, 6*part+i) })
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &started{}
			d, err := took(t, body, crowd(t, s))
			if err != nil || d != 3*time.Minute {
				t.Error(d, err)
			}
			if !slices.Equal(s.args, upTo(24)) {
				t.Error("they were not started in order", len(s.args))
			}
		})
	}
}

func TestNoMoreChildWorkflowsAreUnderWayThanTheServerBears(t *testing.T) {
	d, err := took(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			for range 21 {
				g.Go(func(ctx wctx) error { _, err := temporal.Child[temporal.None](ctx, "child"); return err })
			}
			for i := range 10 { // which have a line of their own
				g.Go(func(ctx wctx) error { return minute(ctx, i) })
			}
			return nil
		})
	}, crowd(t, &started{}))
	if err != nil || d != 3*time.Minute {
		t.Error(d, err)
	}
}

func TestWithAnInterceptorWhatTheSDKsOwnFunctionsStartWaitsInTheSameLine(t *testing.T) {
	s := &started{}
	d, err := took(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				var all []workflow.Future
				for i := range 14 {
					all = append(all, workflow.ExecuteActivity(ctx, "minute", i))
				}
				for _, f := range all {
					if err := f.Get(ctx, nil); err != nil {
						return err
					}
				}
				return workflow.ExecuteChildWorkflow(ctx, "child").Get(ctx, nil)
			})
			for i := range 14 {
				g.Go(func(ctx wctx) error { return minute(ctx, 14+i) })
			}
			return nil
		})
	}, crowd(t, s, temporal.Interceptor()))
	if err != nil || d != 4*time.Minute || len(s.args) != 28 { // three, and the child's
		t.Error(d, err, len(s.args))
	}
}

func TestOutermostGroupsOfAWorkflowShareTheLineIfItHasAnInterceptor(t *testing.T) {
	d, err := took(t, func(ctx wctx) error {
		wait := workflow.NewWaitGroup(ctx)
		for range 2 {
			wait.Add(1)
			workflow.Go(ctx, func(ctx wctx) {
				defer wait.Done()
				if err := temporal.Each(ctx, upTo(6), minute); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait(ctx)
		return nil
	}, crowd(t, &started{}, temporal.Interceptor(), temporal.Interceptor())) // a second one changes nothing
	if err != nil || d != 2*time.Minute {
		t.Error(d, err)
	}
}

func TestWhatIsCancelledInLineIsNeverStarted(t *testing.T) {
	s := &started{}
	var first, last *temporal.Task[int]
	d, err := took(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			for i := range 20 {
				last = temporal.Fork(g, func(ctx wctx) (int, error) { return 0, minute(ctx, i) })
				if i == 12 {
					first = last
				}
			}
			_ = temporal.Sleep(ctx, time.Second)
			first.Cancel() // its place is another's
			if _, err := first.Wait(ctx); first.State() != braid.Cancelled || !sdk.IsCanceledError(err) {
				t.Error(first.State(), err)
			}
			_ = temporal.Sleep(ctx, time.Minute)
			return errOurs
		})
	}, crowd(t, s))
	if fails := failures(err); len(fails) != 1 || !errors.Is(err, errOurs) || d != time.Minute+time.Second {
		t.Error(d, err)
	}
	want := slices.Delete(upTo(20), 12, 13)
	if !slices.Equal(s.args, want) {
		t.Error(len(s.args))
	}

	s = &started{}
	d, err = took(t, func(ctx wctx) error {
		fired, err := temporal.MoveOn(ctx, time.Second, func(ctx wctx) error { return temporal.Each(ctx, upTo(20), minute, temporal.Limit(20)) })
		if !fired {
			t.Error("it has not been cut short")
		}
		return err
	}, crowd(t, s))
	if err != nil || d != time.Second || len(s.args) != 10 {
		t.Error(d, err, len(s.args))
	}
}

func TestCleanupDoesNotWaitBehindTheCrowd(t *testing.T) {
	d, err := took(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { return temporal.Each(ctx, upTo(20), minute, temporal.Limit(20)) })
			g.Go(func(ctx wctx) error {
				_ = temporal.Sleep(ctx, time.Second)
				began := workflow.Now(ctx)
				err := temporal.Run(ctx, func(ctx wctx, g *group) error {
					return g.Defer(func(ctx wctx) error { return minute(ctx, 0) })
				}, temporal.Grace(2*time.Minute))
				if d := workflow.Now(ctx).Sub(began); d != time.Minute {
					t.Error(d)
				}
				return err
			})
			return nil
		})
	}, crowd(t, &started{}))
	if err != nil || d != 2*time.Minute {
		t.Error(d, err)
	}
}

func TestWhatIsTooMuchForOneMessageIsAskedForInSeveral(t *testing.T) {
	timers, ran := 0, 0
	text := strings.Repeat("x", 300<<10) // six of them are 1.8 MiB
	d, err := took(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			for range 20 {
				g.Go(func(ctx wctx) error {
					_, err := temporal.Activity[temporal.None](ctx, "read", text)
					ran++
					return err
				})
			}
			return nil
		})
	}, crowd(t, &started{}), func(env *testsuite.TestWorkflowEnvironment) {
		env.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	})
	if err != nil || timers != 3 || d != 3*time.Millisecond || ran != 20 {
		t.Error(timers, d, ran, err)
	}
}

func TestAWorkflowTellsWhatWaitsInLine(t *testing.T) {
	s := looked(t, func(ctx wctx) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		return temporal.Each(ctx, upTo(20), minute, temporal.Name("all"), temporal.Limit(20))
	}, crowd(t, &started{}))
	want := `all · each · joining · 1s · 20 of 20 slots
├─ minute[0] · 1s · activity minute
├─ minute[1] · 1s · activity minute
├─ minute[2] · 1s · activity minute
├─ minute[10] · 1s · in line for activity minute, behind 10
├─ minute[11] · 1s · in line for activity minute, behind 11
├─ minute[12] · 1s · in line for activity minute, behind 12
├─ …and 7 more like minute[3], running
└─ …and 7 more like minute[13], running
`
	if got := drawn(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
