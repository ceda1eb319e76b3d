package braid_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 7.3 where several waits share one slot, or outlive the
// task that lent it.

// full checks that a group of limit n runs n of its tasks at once, no less and
// no more.
func full(t *testing.T, g *braid.Group, n int) {
	t.Helper()
	var m meter
	for range 2 * n {
		g.Go(m.task(time.Second))
	}
	time.Sleep(3 * time.Second)
	if int(m.most.Load()) != n || int(m.runs.Load()) != 2*n {
		t.Errorf("ran %d, at most %d at once, want %d and %d", m.runs.Load(), m.most.Load(), 2*n, n)
	}
}

func TestRule7_3_SeveralWaitsOfOneTaskLendItsSlotOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			wait := func(ctx context.Context) {
				_, _ = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, m.task(time.Second)(ctx) }).Wait(ctx)
			}
			g.Go(func(ctx context.Context) error {
				return braid.Run(ctx, func(_ context.Context, below *braid.Group) error {
					below.Go(func(ctx context.Context) error { wait(ctx); return nil }) // over at 1s, the slot is taken until 3s
					below.Go(func(ctx context.Context) error { time.Sleep(1500 * time.Millisecond); wait(ctx); return nil })
					return nil
				})
			})
			time.Sleep(time.Millisecond)
			for range 3 {
				g.Go(m.task(2 * time.Second))
			}
			time.Sleep(time.Minute)
			if m.most.Load() != 1 || m.runs.Load() != 5 {
				t.Errorf("ran %d, at most %d at once", m.runs.Load(), m.most.Load())
			}
			full(t, g, 1)
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
	})
}

// inLine starts a task of g, for Start, that calls ready when it stands in line for
// its slot, which another has for a minute.
func inLine(g *braid.Group, m *meter) func(ctx context.Context, ready func(int)) error {
	return func(ctx context.Context, ready func(int)) error {
		err := g.GoWait(ctx, func(ctx context.Context) error {
			time.Sleep(time.Second)
			ready(1)
			return m.task(time.Minute)(ctx)
		})
		return errors.Join(err, m.task(time.Minute)(ctx))
	}
}

// One part of the task wants its slot back, in line behind another task, when a
// second part waits as well.
func TestRule7_3_ATaskThatWantsItsSlotBackHasNoneToLend(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var m meter
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, _, err := braid.Join2(ctx, func(ctx context.Context) (int, error) {
					return braid.Start(ctx, g, inLine(g, &m))
				}, func(ctx context.Context) (int, error) {
					time.Sleep(2 * time.Second)
					return 0, g.GoWait(ctx, m.task(time.Minute))
				})
				return err
			})
			time.Sleep(time.Hour)
			full(t, g, 1)
			return nil
		}, braid.Limit(1))
		if err != nil || m.most.Load() != 1 || m.runs.Load() != 3 {
			t.Errorf("%v: ran %d, at most %d at once", err, m.runs.Load(), m.most.Load())
		}
	})
}

// The same for a goroutine that goes on when its task has ended.
func TestRule7_3_ATaskThatEndsWhileItsSlotIsWantedBackHasNoneToGive(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var m meter
		var loose sync.WaitGroup
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				loose.Go(func() { _, _ = braid.Start(ctx, g, inLine(g, &m)) })
				time.Sleep(2 * time.Second)
				return nil
			})
			time.Sleep(time.Hour)
			full(t, g, 1)
			return nil
		}, braid.Limit(1))
		loose.Wait()
		if err != nil || m.most.Load() != 1 || m.runs.Load() != 2 {
			t.Errorf("%v: ran %d, at most %d at once", err, m.runs.Load(), m.most.Load())
		}
	})
}

// What is free is not enough yet for the task whose wait is over, but would be
// for one that is queued.
func TestRule7_3_AHeavyTaskWhoseWaitIsOverIsNotOvertakenByWhatIsQueued(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 3*time.Second) })
				short := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, 2*time.Second) })
				_, err := short.Wait(ctx)
				at(t, start, 3*time.Second, "the slots of weight 2")
				return err
			}, braid.Weight(2))
			time.Sleep(time.Second) // two run at the limit of two, and one is queued
			g.Go(func(ctx context.Context) error {
				at(t, start, 3*time.Second, "the start of what was queued")
				return braid.Sleep(ctx, time.Second)
			})
			return nil
		}, braid.Limit(2))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 4*time.Second, "the join")
	})
}

// A task that cannot use the slots that were kept for it makes way.
func TestRule7_3_WhatWasKeptForAHeavyTaskThatHasEndedIsGivenToWhatIsQueued(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			short := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, 2*time.Second) })
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 9*time.Second) })
			g.Go(func(ctx context.Context) error {
				synctest.Wait()
				go func() { _, _ = short.Wait(ctx) }() // a loose end, which lends the slots
				time.Sleep(2 * time.Second)            // until the wait is over, which may be noticed after this
				return nil
			}, braid.Weight(2))
			time.Sleep(time.Second)
			for range 3 {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			}
			return nil
		}, braid.Limit(4))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 9*time.Second, "the join")
	})
}

func TestRule7_4_ASlotLentByATaskThatHasEndedIsNotTakenBack(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Second) })
				go func() { _, _ = task.Wait(ctx) }() // a loose end: it waits on behalf of a task that is over
				synctest.Wait()
				return nil
			})
			time.Sleep(5 * time.Second)
			full(t, g, 1)
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
	})
}

// An end that AsCompleted will yield is not the end of a wait for another task.
func TestRule7_3_ATaskThatWaitsWithinALoopOverAsCompletedLendsItsSlotToTheEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		task := func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Second) }
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				a, b, c := braid.Fork(g, task), braid.Fork(g, task), braid.Fork(g, task)
				for range braid.AsCompleted(ctx, a, b) {
					if _, err := c.Wait(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 3*time.Second, "the join")
	})
}
