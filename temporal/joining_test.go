package temporal_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rules 1 and 2 where it is less plain: what comes late, and what is kept.

// untilDead is a task that runs until it is cancelled.
func untilDead(ctx wctx) error { return temporal.Sleep(ctx, 10_000*time.Hour) }

func TestRule1_3_ABackgroundTaskAloneWaitsForTheBodyOnly(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(untilDead, temporal.Background)
			return temporal.Sleep(ctx, time.Second)
		})
		if since(ctx) != time.Second {
			t.Error(since(ctx))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	err = run(t, func(ctx wctx, g *group) error { // a real error of one is one
		g.Go(func(ctx wctx) error { _ = untilDead(ctx); return errOurs }, temporal.Background)
		return temporal.Sleep(ctx, time.Second)
	})
	if len(failures(err)) != 1 {
		t.Error(err)
	}
}

func TestRule1_3_ABackgroundTaskThatComesWhenAllOthersHaveEndedIsCancelledToo(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				cause := untilDead(ctx)
				g.Go(untilDead, temporal.Background) // which nobody else would ever end
				return cause
			}, temporal.Background)
			return temporal.Sleep(ctx, time.Second)
		})
		if since(ctx) != time.Second {
			t.Error(since(ctx))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule1_4_ATaskThatTheLastOneHandsOverIsJoined(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			defer g.Go(func(ctx wctx) error { defer tr.note("last"); return temporal.Sleep(ctx, time.Hour) })
			return temporal.Sleep(ctx, time.Hour)
		})
		return nil
	})
	tr.is(t, "last")
	if err != nil {
		t.Error(err)
	}
}

func TestRule1_5_AGroupKeepsNothingOfTasksThatHaveEnded(t *testing.T) {
	var few, many uint64
	err := run(t, func(ctx wctx, g *group) error {
		serve := func(n int) uint64 {
			for range n {
				task := temporal.Fork(g, func(wctx) ([]byte, error) {
					return make([]byte, 1000), errors.New(strings.Repeat("x", 1000))
				})
				_, _ = task.Wait(ctx)
			}
			return heap()
		}
		few, many = serve(100), serve(10_000)
		return nil
	}, temporal.Supervised, temporal.Keep(10))
	if ge, ok := err.(*braid.GroupError); !ok || len(ge.Errors()) != 10 || ge.Dropped() != 10_090 {
		t.Error(err)
	}
	if many > few+2<<20 {
		t.Errorf("the heap grew from %d to %d bytes", few, many)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestRule1_6_AfterTheJoinAGroupKeepsNoTasksAndNoErrors(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		var kept *group
		var task *temporal.Task[int]
		value := new([64]byte)
		gone := make(chan bool, 2)
		runtime.AddCleanup(value, func(bool) { gone <- true }, true)
		failure := &tooBad{"x"}
		runtime.AddCleanup(failure, func(bool) { gone <- true }, true)
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			kept = g
			task = temporal.Fork(g, func(wctx) (int, error) { return int(value[0]), nil })
			g.Go(func(wctx) error { return failure })
			_ = g.Defer(func(wctx) error { return failure })
			return nil
		}, temporal.Supervised, temporal.OnFailure(func(*braid.TaskError) { _ = failure }))
		if len(failures(err)) != 2 {
			t.Error(err)
		}
		value, failure, err = nil, nil, nil
		_ = workflow.Sleep(ctx, time.Second) // the SDK forgets coroutines between two steps
		for range 20 {
			if heap(); len(gone) == 2 {
				break
			}
		}
		if len(gone) != 2 {
			t.Errorf("of two values %d are let go of", len(gone))
		}
		kept.Cancel()
		runtime.KeepAlive(task)
		return nil
	})
}

type tooBad struct{ text string }

func (e *tooBad) Error() string { return e.text }

func TestRule2_1_WhoWaitsForAQueuedTaskThatIsCancelledIsToldAtOnce(t *testing.T) {
	for name, cancel := range map[string]func(g *group, task *temporal.Task[int]){
		"alone":          func(_ *group, task *temporal.Task[int]) { task.Cancel() },
		"with its group": func(g *group, _ *temporal.Task[int]) { g.Cancel() },
		"from outside":   nil,
	} {
		_ = flow(t, func(ctx wctx) error {
			outside, kill := workflow.WithCancel(ctx)
			patient := ctx
			return temporal.Run(outside, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error { return temporal.Shield(ctx, time.Hour, after(time.Minute, nil)) })
				queued := temporal.Fork(g, func(wctx) (int, error) { t.Error("called"); return 0, nil })
				workflow.Go(patient, func(ctx wctx) {
					_ = temporal.Sleep(ctx, time.Second)
					if cancel == nil {
						kill()
					} else {
						cancel(g, queued)
					}
				})
				if _, err := queued.Wait(patient); !errors.Is(err, context.Canceled) || since(ctx) != time.Second || queued.State() != braid.Skipped {
					t.Errorf("%s: %v after %v", name, err, since(ctx))
				}
				return nil
			}, temporal.Limit(1))
		})
	}
}

// TestRule2_2: a coroutine of a workflow begins later than it is handed over.
func TestRule2_2_NoTaskStartsAndMissesACancellation(t *testing.T) {
	var never *temporal.Task[int]
	err := run(t, func(ctx wctx, g *group) error {
		never = temporal.Fork(g, func(wctx) (int, error) { t.Error("called"); return 0, nil })
		g.Cancel()
		return nil
	})
	if err != nil || never.State() != braid.Skipped {
		t.Error(err, never.State())
	}
}

func TestRule2_3_AlwaysRunsInACancelledGroupWithADeadContext(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Minute, nil))
		dispose := func(ctx wctx) error {
			if ctx.Err() != nil {
				tr.note("disposed")
			}
			return nil
		}
		g.Go(dispose, temporal.Always) // queued
		_ = temporal.Sleep(ctx, time.Second)
		g.Cancel()
		g.Go(dispose, temporal.Always)
		return nil
	}, temporal.Limit(1))
	tr.is(t, "disposed", "disposed")
	if err != nil {
		t.Error(err)
	}
}

func TestRule2_4_TheMessageNamesTheGroup(t *testing.T) {
	_ = flow(t, func(ctx wctx) error {
		var gone *group
		_ = temporal.Run(ctx, func(_ wctx, g *group) error { gone = g; return nil }, temporal.Name("gone"))
		for call, hand := range map[string]func(){
			"Go":     func() { gone.Go(untilDead) },
			"Fork":   func() { temporal.Fork(gone, value(1, 0, nil)) },
			"GoWait": func() { _ = gone.GoWait(ctx, untilDead) },
		} {
			func() {
				defer func() {
					if text, _ := recover().(string); !strings.Contains(text, "(gone)") || !strings.Contains(text, call+" was called") {
						t.Errorf("%s: %q", call, text)
					}
				}()
				hand()
			}()
		}
		return nil
	})
}
