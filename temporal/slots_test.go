package temporal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rule 7 where tasks wait: slots that are lent, and taken again.

// meter notes how many run at once.
type meter struct{ now, most, ran int }

func (m *meter) run(ctx wctx, d time.Duration) error {
	m.now++
	m.most = max(m.most, m.now)
	defer func() { m.now--; m.ran++ }()
	return temporal.Sleep(ctx, d)
}

func (m *meter) task(d time.Duration) func(wctx) error {
	return func(ctx wctx) error { return m.run(ctx, d) }
}

func TestRule7_1_TasksNestAThousandDeepAtLimitOne(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		var nest func(depth int) func(wctx) error
		nest = func(depth int) func(wctx) error {
			return func(ctx wctx) error {
				if depth > 0 {
					g.Go(nest(depth - 1))
				}
				return m.run(ctx, time.Second)
			}
		}
		g.Go(nest(999))
		return nil
	}, temporal.Limit(1))
	if err != nil || m.ran != 1000 || m.most != 1 {
		t.Error(err, m)
	}
}

func TestRule7_1_ABackgroundTaskTakesNoSlotAndWaitsForNone(t *testing.T) {
	var m meter
	began := 0
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(m.task(time.Minute))
		for range 3 {
			g.Go(func(ctx wctx) error { began++; return untilDead(ctx) }, temporal.Background)
		}
		g.Go(m.task(time.Minute))
		_ = temporal.Sleep(ctx, time.Second)
		if began != 3 {
			t.Error(began)
		}
		return nil
	}, temporal.Limit(1))
	if err != nil || m.most != 1 || m.ran != 2 {
		t.Error(err, m)
	}
}

func TestRule7_3_AWaitThatIsOverIsNotHeldUpByWhatIsQueued(t *testing.T) {
	for name, wait := range map[string]func(ctx wctx, task *temporal.Task[int]) error{
		"Wait": func(ctx wctx, task *temporal.Task[int]) error {
			_, err := task.Wait(ctx)
			return err
		},
		"AsCompleted": func(ctx wctx, task *temporal.Task[int]) error {
			for range temporal.AsCompleted(ctx, task) {
			}
			return nil
		},
		"in a body below": func(ctx wctx, task *temporal.Task[int]) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				_, err := task.Wait(ctx)
				return err
			})
		},
		"in a group below": func(ctx wctx, task *temporal.Task[int]) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error {
					_, err := task.Wait(ctx)
					return err
				})
				return nil
			})
		},
		"AsCompleted in a group below": func(ctx wctx, task *temporal.Task[int]) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				here := temporal.Fork(g, value(1, 0, nil))
				g.Go(func(ctx wctx) error {
					for range temporal.AsCompleted(ctx, here, task) {
					}
					return nil
				})
				return nil
			})
		},
	} {
		var m meter
		err := flow(t, func(ctx wctx) error {
			err := temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error {
					task := temporal.Fork(g, func(ctx wctx) (int, error) { return 1, m.run(ctx, time.Second) })
					for range 5 {
						g.Go(m.task(time.Hour))
					}
					if err := wait(ctx, task); err != nil {
						return err
					}
					if since(ctx) != time.Second {
						t.Errorf("%s: answered after %v", name, since(ctx))
					}
					return m.run(ctx, time.Second)
				})
				return nil
			}, temporal.Limit(1))
			if since(ctx) != 5*time.Hour+2*time.Second {
				t.Errorf("%s: %v", name, since(ctx))
			}
			return err
		})
		if err != nil || m.most != 1 || m.ran != 7 {
			t.Errorf("%s: %v %+v", name, err, m)
		}
	}
}

func TestRule7_3_AWaitThatIsGivenUpDoesNotWaitForASlot(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		err := temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				slow := temporal.Fork(g, sleeps(time.Hour))
				err := temporal.Timeout(ctx, time.Second, func(ctx wctx) error { _, err := slow.Wait(ctx); return err })
				if !errors.Is(err, context.DeadlineExceeded) || since(ctx) != time.Second {
					t.Errorf("gave up with %v after %v", err, since(ctx))
				}
				slow.Cancel() // or it would never end
				return nil
			})
			return nil
		}, temporal.Limit(1))
		if since(ctx) != time.Second {
			t.Error(since(ctx))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule7_3_SeveralWaitsOfOneTaskLendItsSlotOnce(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		wait := func(ctx wctx) error {
			_, err := temporal.Fork(g, func(ctx wctx) (int, error) { return 0, m.run(ctx, time.Second) }).Wait(ctx)
			return err
		}
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, below *group) error {
				below.Go(wait)
				below.Go(func(ctx wctx) error { _ = temporal.Sleep(ctx, 1500*time.Millisecond); return wait(ctx) })
				return nil
			})
		})
		_ = temporal.Sleep(ctx, time.Millisecond)
		for range 3 {
			g.Go(m.task(2 * time.Second))
		}
		_ = temporal.Sleep(ctx, time.Minute)
		if m.most != 1 || m.ran != 5 {
			t.Errorf("%+v", m)
		}
		g.Go(m.task(time.Second)) // the one slot is there, and one only
		g.Go(m.task(time.Second))
		return nil
	}, temporal.Limit(1))
	if err != nil || m.most != 1 || m.ran != 7 {
		t.Errorf("%v %+v", err, m)
	}
}

func TestRule7_3_ABackgroundTaskWaitsForOrdinaryOnesWithoutASlot(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		served := temporal.Fork(g, func(ctx wctx) (int, error) {
			for range 3 {
				if _, err := temporal.Fork(g, func(ctx wctx) (int, error) { return 0, m.run(ctx, time.Second) }).Wait(ctx); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}, temporal.Background)
		_, err := served.Wait(ctx)
		return err
	}, temporal.Limit(1))
	if err != nil || m.most != 1 || m.ran != 3 {
		t.Errorf("%v %+v", err, m)
	}
}

// TestRule7_3_ALooseWait: a coroutine of the SDK's may wait with the context of a task
// that has ended meanwhile.
func TestRule7_3_ALooseWaitGivesNoSlotBackThatItsTaskHasNot(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		slow := temporal.Fork(g, sleeps(time.Minute), temporal.Background)
		g.Go(func(ctx wctx) error {
			workflow.Go(ctx, func(ctx wctx) { _, _ = slow.Wait(ctx) })
			return temporal.Sleep(ctx, time.Second)
		})
		for range 3 {
			g.Go(m.task(time.Hour))
		}
		return nil
	}, temporal.Limit(1))
	if err != nil || m.most > 1 || m.ran != 3 {
		t.Errorf("%v %+v", err, m)
	}
}

func TestRule7_3_ATaskThatEndsWhileALooseWaitOfItWantsItsSlotTakesNone(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		slow := temporal.Fork(g, sleeps(time.Minute), temporal.Background)
		g.Go(func(ctx wctx) error {
			workflow.Go(ctx, func(ctx wctx) { _, _ = slow.Wait(ctx) })
			return temporal.Sleep(ctx, 90*time.Second)
		})
		for range 3 {
			g.Go(m.task(time.Hour))
		}
		return nil
	}, temporal.Limit(1))
	if err != nil || m.most > 1 || m.ran != 3 {
		t.Errorf("%v %+v", err, m)
	}
}

func TestRule7_4_ASkippedTaskGivesItsSlotBack(t *testing.T) {
	var m meter
	err := run(t, func(ctx wctx, g *group) error {
		skipped := temporal.Fork(g, func(wctx) (int, error) { t.Error("called"); return 0, nil })
		skipped.Cancel() // it has its slot, but has not begun
		g.Go(m.task(time.Second))
		if _, err := skipped.Wait(ctx); skipped.State() != braid.Skipped || err == nil {
			t.Error(skipped.State(), err)
		}
		return nil
	}, temporal.Limit(1))
	if err != nil || m.ran != 1 {
		t.Error(err, m)
	}
}
