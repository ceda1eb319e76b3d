package braid_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Go's own traps, continued: rows of a database, bubbles side by side, and
// corners where two rules meet.

// rowsDriver is a database/sql driver whose one query has rows without end.
type rowsDriver struct{ open atomic.Int32 }

func (d *rowsDriver) Connect(context.Context) (driver.Conn, error) { return rowsConn{d}, nil }
func (d *rowsDriver) Driver() driver.Driver                        { return nil }

type rowsConn struct{ d *rowsDriver }

func (c rowsConn) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }
func (c rowsConn) Close() error                        { return nil }
func (c rowsConn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }
func (c rowsConn) QueryContext(ctx context.Context, _ string, _ []driver.NamedValue) (driver.Rows, error) {
	c.d.open.Add(1)
	return &endlessRows{d: c.d}, ctx.Err()
}

type endlessRows struct{ d *rowsDriver }

func (r *endlessRows) Columns() []string              { return []string{"n"} }
func (r *endlessRows) Close() error                   { r.d.open.Add(-1); return nil }
func (r *endlessRows) Next(dest []driver.Value) error { dest[0] = int64(1); return nil }

func TestRule11_5_RowsDieWithTheTaskThatAskedForThem(t *testing.T) {
	d := new(rowsDriver)
	db := sql.OpenDB(d)
	defer db.Close()
	var rows *sql.Rows
	count := func(ctx context.Context) error {
		var err error
		if rows, err = db.QueryContext(ctx, "rows"); err != nil {
			return err
		}
		for n := 0; n < 3 && rows.Next(); n++ {
		}
		return rows.Err()
	}
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(count)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() { // database/sql closes them on a goroutine of its own
	}
	if err := rows.Err(); !errors.Is(err, context.Canceled) || rows.Close() != nil || d.open.Load() != 0 {
		t.Error(err, d.open.Load())
	}
	// and are cancelled, not failed, when a sibling fails while they are read
	err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			rows, err := db.QueryContext(ctx, "rows")
			if err != nil {
				return err
			}
			defer rows.Close()
			g.Go(func(context.Context) error { return errOne })
			for rows.Next() {
			}
			return rows.Err()
		})
		return nil
	})
	wantFailures(t, err, errOne)
	// handed over explicitly, they live on
	outer := t.Context()
	err = braid.Run(outer, func(context.Context, *braid.Group) error { return count(outer) })
	if err != nil || !rows.Next() || rows.Close() != nil {
		t.Error(err, rows.Err())
	}
}

func TestRule11_4_BubblesSideBySideKeepTheirOwnTime(t *testing.T) {
	for _, d := range []time.Duration{time.Second, time.Hour, 24 * time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				for range 20 {
					var dl braid.Deadline
					fired, err := braid.MoveOn(t.Context(), d, func(ctx context.Context) error {
						return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
							for range 10 {
								g.Go(untilDead)
							}
							return dl.Reset(d)
						}, braid.Limit(3), braid.Grace(d))
					}, &dl)
					if !fired || err != nil {
						t.Error(fired, err)
					}
				}
				at(t, start, 20*d, "the end")
			})
		})
	}
}

// the failure of a background task's cleanup is a failure, its cancellation none
func TestRule3_5_AFailureInTheCleanupOfABackgroundTaskIsOne(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				g.Go(func(context.Context) error { t.Error("an ordinary task after the end"); return nil })
				time.Sleep(time.Second)
				return errors.Join(ctx.Err(), errLate)
			}, braid.Background)
			g.Go(untilDead, braid.Background)
			time.Sleep(time.Second)
			return nil
		})
		tes := failures(t, err)
		if len(tes) != 1 || !tes[0].AfterCancel || !errors.Is(tes[0], errLate) || errors.Is(tes[0], context.Canceled) {
			t.Errorf("%+v", err)
		}
		at(t, start, 2*time.Second, "the end")
	})
}

// a background task at a limit may hand out work and wait for it
func TestRule7_3_ABackgroundTaskWaitsForOrdinaryOnesWithoutASlot(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		sum := 0
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			served := make(chan struct{})
			g.Go(func(ctx context.Context) error {
				for range 3 {
					n, err := braid.Fork(g, func(ctx context.Context) (int, error) { return 2, braid.Sleep(ctx, time.Second) }).Wait(ctx)
					if err != nil {
						return err
					}
					sum += n
				}
				close(served)
				return untilDead(ctx)
			}, braid.Background)
			<-served
			return nil
		}, braid.Limit(1))
		if err != nil || sum != 6 {
			t.Error(err, sum)
		}
		at(t, start, 3*time.Second, "the end")
	})
}

// the value of a Call: kept if nothing was cut short, zero if something was
func TestRule3_11_TheValueOfACallWhoseContextDied(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, c := range []struct {
			task func(context.Context) error
			want int
		}{
			{func(context.Context) error { time.Sleep(2 * time.Second); return nil }, 7},
			{untilDead, 0},
		} {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			v, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
				g.Go(c.task)
				return 7, nil
			})
			cancel()
			if v != c.want || (err == nil) != (c.want == 7) {
				t.Error(v, err)
			}
		}
	})
}

// many close, wait and cancel at once; a panic is raised on each who waits
func TestRule1_7_APanicComesOutOfEveryCloseAndWait(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		g, _ := braid.Open(ctx)
		g.Go(func(ctx context.Context) error { <-ctx.Done(); panic(errOne) })
		g.Go(failAfter(time.Second, errTwo))
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				e := howEnded(func() error {
					if i%2 == 0 {
						time.Sleep(time.Duration(i+2) * time.Second)
						return g.Close()
					}
					return g.Wait()
				})
				pe, ok := e.panicked.(*braid.PanicError)
				if !ok || pe.Value != errOne {
					t.Errorf("%d: %+v", i, e)
				}
			})
		}
		wg.Wait()
	})
}

// a Goexit of one who was started by Retry, a panic in If, and a late cancel
func TestRule10_5_WhatRetryIsGivenMayFailInUnusualWays(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		e := howEnded(func() error {
			_, err := braid.Retry(ctx, braid.Policy{If: func(error) bool { panic(errTwo) }},
				func(context.Context) (int, error) { return 0, errOne })
			return err
		})
		if e.panicked != errTwo {
			t.Errorf("%+v", e)
		}
		// a cancellation that is not its context's is an error like others
		calls := 0
		v, err := braid.Retry(ctx, braid.Policy{Delay: time.Second}, func(context.Context) (int, error) {
			if calls++; calls < 3 {
				return 0, context.Canceled
			}
			return 9, nil
		})
		if v != 9 || err != nil || calls != 3 {
			t.Error(v, err, calls)
		}
		at(t, start, 2*time.Second, "the third attempt")
		// a value that came in spite of a context that died meanwhile is kept
		dying, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		v, err = braid.Retry(dying, braid.Policy{}, func(context.Context) (int, error) { time.Sleep(2 * time.Second); return 4, nil })
		if v != 4 || err != nil {
			t.Error(v, err)
		}
		// and an error is not retried in a dead one
		calls = 0
		_, err = braid.Retry(dying, braid.Policy{}, func(context.Context) (int, error) { calls++; return 0, errOne })
		if calls != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(calls, err)
		}
	})
}

// a supervised group's observer that panics while siblings go on
func TestRule3_10_APanicInOnFailureEndsASupervisedGroupAndLosesNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(failAfter(time.Second, errOne))
				g.Go(untilDead)
				return nil
			}, braid.Supervised, braid.OnFailure(func(*braid.TaskError) { panic("observer") }))
		})
		pe, ok := e.panicked.(*braid.PanicError)
		if !ok || pe.Value != "observer" || !errors.Is(pe.Siblings, errOne) {
			t.Errorf("%+v", e)
		}
		at(t, start, time.Second, "the end")
	})
}

// AsCompleted over queued tasks under a context that dies, at a limit
func TestRule6_4_AsCompletedUnderADyingContextYieldsTheQueuedOnesToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				var tasks []*braid.Task[int]
				for range 4 {
					tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (int, error) { return 1, braid.Sleep(ctx, 2*time.Second) }))
				}
				ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
				defer cancel()
				states := map[braid.State]int{}
				for task := range braid.AsCompleted(ctx, tasks...) {
					states[task.State()]++
				}
				if states[braid.Succeeded] != 1 || states[braid.Cancelled]+states[braid.Skipped] != 3 {
					t.Error(states)
				}
				return nil
			})
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 3*time.Second, "the end")
	})
}

// io.EOF from a task is an error like others: there is no convention to guess
func TestRule3_1_EveryErrorOfATaskIsAFailureWhateverItMeansElsewhere(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, want := range []error{io.EOF, sql.ErrNoRows, context.DeadlineExceeded, braid.ErrClosed, braid.ErrGoexit, braid.ErrNotDone} {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return want })
				return nil
			})
			wantFailures(t, err, want)
		}
	})
}
