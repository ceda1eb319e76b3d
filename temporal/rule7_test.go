package temporal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// Rule 7.2, back-pressure, and rule 5.5, tasks that do not obey.

// since is how long a workflow has been running, by its own clock.
func since(ctx wctx) time.Duration {
	return workflow.Now(ctx).Sub(workflow.GetInfo(ctx).WorkflowStartTime)
}

func TestRule7_2_GoWaitReturnsOnceTheTaskHasItsSlot(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		began := workflow.Now(ctx)
		for i := range 6 {
			if err := g.GoWait(ctx, after(time.Second, nil)); err != nil {
				return err
			}
			if d := workflow.Now(ctx).Sub(began); d != time.Duration(i/2)*time.Second {
				t.Errorf("%d had its slot after %v", i, d)
			}
		}
		return nil
	}, temporal.Limit(2))
	if err != nil {
		t.Error(err)
	}
	ran := false
	err = run(t, func(ctx wctx, g *group) error { // without a limit there is nothing to wait for
		return g.GoWait(ctx, func(wctx) error { ran = true; return nil })
	})
	if err != nil || !ran {
		t.Error(ran, err)
	}
}

func TestRule7_2_GoWaitGivesTheCauseIfItsContextDiesFirst(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		began := workflow.Now(ctx)
		g.Go(after(10*time.Second, nil))
		never := func(wctx) error { t.Error("it was called"); return nil }
		fired, err := temporal.MoveOn(ctx, time.Second, func(ctx wctx) error { return g.GoWait(ctx, never) })
		if d := workflow.Now(ctx).Sub(began); !fired || err != nil || d != time.Second {
			t.Error(fired, err, d)
		}
		dead, cancel := workflow.WithCancel(ctx)
		cancel()
		if err := g.GoWait(dead, never); !errors.Is(err, context.Canceled) {
			t.Error("under a dead context", err)
		}
		return g.GoWait(ctx, after(0, nil)) // the place of those is free
	}, temporal.Limit(1))
	if err != nil {
		t.Error(err)
	}
}

func TestRule7_2_ACancelWakesWhoeverIsHeldBack(t *testing.T) {
	var always bool
	err := flow(t, func(ctx wctx) error {
		outer := ctx
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { return temporal.Shield(ctx, time.Minute, after(5*time.Second, nil)) }) // takes its time
			workflow.Go(ctx, func(ctx wctx) {
				_ = workflow.Sleep(ctx, time.Second)
				g.CancelCause(errOurs)
			})
			// With a context of its own: only the group's death can wake it.
			err := g.GoWait(outer, func(wctx) error { t.Error("it was called"); return nil })
			var c *braid.Cancellation
			if !errors.As(err, &c) || c.Reason() != errOurs || since(ctx) != time.Second {
				t.Errorf("%v after %v", err, since(ctx))
			}
			return g.GoWait(outer, func(wctx) error { always = true; return nil }, temporal.Always)
		}, temporal.Limit(1))
		if since(ctx) != 5*time.Second {
			t.Error(since(ctx))
		}
		return err
	})
	if err != nil || !always {
		t.Error(err, always)
	}
}

func TestRule7_2_AProducerThatIsATaskOfTheGroupLendsItsSlot(t *testing.T) {
	now, most, ran := 0, 0, 0
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			for range 5 {
				err := g.GoWait(ctx, func(ctx wctx) error {
					now++
					most = max(most, now)
					defer func() { now--; ran++ }()
					return temporal.Sleep(ctx, time.Second)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	}, temporal.Limit(1))
	if err != nil || ran != 5 || most != 1 {
		t.Error(err, ran, most)
	}
}

func TestRule7_2_GoWaitRefusesWhatMakesNoSense(t *testing.T) {
	_ = run(t, func(ctx wctx, g *group) error {
		var ended *group
		_ = temporal.Run(ctx, func(_ wctx, inner *group) error { ended = inner; return nil })
		for name, bad := range map[string]func(){
			"nil context": func() { _ = g.GoWait(nil, after(0, nil)) },
			"nil task":    func() { _ = g.GoWait(ctx, nil) },
			"ended":       func() { _ = ended.GoWait(ctx, after(0, nil)) },
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

func TestRule2_5_ActivityAndChildRefuseWhatIsNeitherAFunctionNorAName(t *testing.T) {
	var none func(wctx) error
	_ = flow(t, func(ctx wctx) error {
		for _, bad := range []any{nil, none, "", 7} {
			for caller, call := range map[string]func(){
				"Activity": func() { _, _ = temporal.Activity[int](ctx, bad) },
				"Child":    func() { _, _ = temporal.Child[int](ctx, bad) },
			} {
				func() {
					defer func() {
						if text, _ := recover().(string); !strings.HasPrefix(text, "braid: "+caller+" called with ") {
							t.Errorf("%#v: %q", bad, text)
						}
					}()
					call()
				}()
			}
		}
		return nil
	})
}

func TestRule5_5_ADisobedientTaskIsReportedAfterTheGraceAndStillJoined(t *testing.T) {
	var stalls []braid.Stall
	err := flow(t, func(ctx wctx) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Hour})
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				return temporal.Shield(ctx, time.Hour, func(ctx wctx) error {
					_, err := temporal.Activity[int](ctx, "slow")
					return err
				})
			}, temporal.Name("deaf"))
			g.Go(after(time.Minute, errOurs), temporal.Name("fails"))
			g.Go(after(time.Hour, nil), temporal.Name("obeys"))
			return nil
		}, temporal.Name("job"), temporal.OnStall(func(s braid.Stall) { stalls = append(stalls, s) }), temporal.Grace(10*time.Second))
		if since(ctx) != 20*time.Minute {
			t.Error("it was not joined:", since(ctx))
		}
		return err
	}, slowly)
	if !errors.Is(err, errOurs) || len(stalls) != 1 {
		t.Fatal(err, len(stalls))
	}
	s := stalls[0]
	var c *braid.Cancellation
	if s.Group != "job" || s.Since != 10*time.Second || len(s.Tasks) != 1 || !errors.As(s.Cause, &c) || !strings.Contains(c.By(), "job/fails") {
		t.Errorf("%+v", s)
	}
	if d := s.Tasks[0]; d.Path != "job/deaf" || d.Blocked != "activity slow" || !strings.Contains(d.Spawned.String(), "rule7_test.go") {
		t.Errorf("%+v", d)
	}
}

// slowly has an activity that takes twenty minutes.
func slowly(env *testsuite.TestWorkflowEnvironment) {
	sevens(env)
	env.RegisterActivity(slow)
	env.OnActivity("slow", anything).After(20*time.Minute).Return(7, nil)
}

func slow(context.Context) (int, error) { return 7, nil }

func TestRule5_5_ABodyAndAnOutsideCancelAreReportedToo(t *testing.T) {
	var paths []string
	err := flow(t, func(ctx wctx) error {
		fired, err := temporal.MoveOn(ctx, time.Minute, func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				return temporal.Run(ctx, func(ctx wctx, g *group) error {
					return temporal.Shield(ctx, time.Hour, after(30*time.Minute, nil))
				}, temporal.Name("inner"))
			}, temporal.Name("outer"), temporal.OnStall(func(s braid.Stall) { paths = append(paths, s.Tasks[0].Path) }))
		})
		if !fired {
			t.Error("it was not cut short")
		}
		return err
	})
	if err != nil || strings.Join(paths, " ") != "outer/(body) outer/inner/(body)" {
		t.Error(err, paths)
	}
}

func TestRule5_5_WhatObeysOrIsNotToBeReportedCostsNothing(t *testing.T) {
	for name, opts := range map[string][]temporal.GroupOption{
		"nobody asks": {temporal.Grace(time.Second)},
		"never":       {temporal.Grace(braid.Forever), temporal.OnStall(func(braid.Stall) { t.Error("reported") })},
	} {
		timers := 0
		err := flow(t, func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Cancel()
				return temporal.Shield(ctx, braid.Forever, func(ctx wctx) error { return workflow.Sleep(ctx, time.Hour) })
			}, opts...)
		}, func(env *testsuite.TestWorkflowEnvironment) {
			env.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
		})
		if err != nil || timers != 1 { // the task's own
			t.Error(name, timers, err)
		}
	}
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Hour, nil))
		g.Go(func(ctx wctx) error { // ends within the grace
			_ = temporal.Sleep(ctx, time.Hour)
			return temporal.Shield(ctx, time.Minute, after(time.Second, nil))
		})
		_ = temporal.Sleep(ctx, time.Second)
		g.Cancel()
		return nil
	}, temporal.OnStall(func(s braid.Stall) { t.Error("reported", s) }))
	if err != nil {
		t.Error(err)
	}
}

func TestRule5_5_APanicThatWaitsForTheJoinAndOneOfTheReportAreNotLost(t *testing.T) {
	var waits *braid.PanicError
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error { return temporal.Shield(ctx, time.Hour, after(time.Minute, nil)) })
				g.Go(func(wctx) error { panic("no way on") })
				return nil
			}, temporal.Name("inner"), temporal.OnStall(func(s braid.Stall) { waits = s.Panic; panic("of the report") }))
		})
		return nil
	})
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "no way on" || waits == nil || waits.Value != "no way on" {
		t.Error(err, waits)
	}
}
