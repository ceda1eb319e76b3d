package service_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows restarts: which, of what, when, and how often.

// ways are the ways in which a part may come to its end.
var ways = map[string]func() error{
	"nil":    failing(nil),
	"error":  failing(errOne),
	"panic":  func() error { panic(errOne) },
	"goexit": func() error { goexit(); return nil },
}

func wayError(way string) error {
	switch way {
	case "nil":
		return nil
	case "goexit":
		return braid.ErrGoexit
	}
	return errOne
}

// first is a part whose first attempt ends as told, and whose others obey.
func first(runs *atomic.Int32, d time.Duration, how func() error) run {
	return func(ctx context.Context, ready func()) error {
		if runs.Add(1) == 1 {
			return ends(d, how)(ctx, ready)
		}
		return obeys(0, 0)(ctx, ready)
	}
}

func TestWhatFollowsFromEachEndUnderEachPolicyAndStrategy(t *testing.T) {
	for _, restart := range []service.Restart{service.Never, service.OnFailure, service.Always} {
		for _, strategy := range []service.Strategy{service.OneForOne, service.OneForAll, service.RestForOne} {
			for way, how := range ways {
				t.Run(fmt.Sprintf("%v/%v/%s", restart, strategy, way), func(t *testing.T) {
					in(t, func(t *testing.T, j *journal) {
						var x, above, below, aside atomic.Int32
						s := service.New([]service.Part{
							{Name: "below", Run: first(&below, time.Hour, nil)},
							{Name: "x", Needs: []string{"below"}, Run: first(&x, time.Second, how), Restart: restart},
							{Name: "above", Needs: []string{"x"}, Run: first(&above, time.Hour, nil)},
							{Name: "aside", Run: first(&aside, time.Hour, nil)},
						}, strategy, service.Observe(j.observe))
						stopAfter(s, 10*time.Second)
						err := s.Run(t.Context())
						got := fmt.Sprint(below.Load(), x.Load(), above.Load(), aside.Load())
						restarts := restart == service.Always || restart == service.OnFailure && way != "nil"
						want, by, part, why := "1 1 1 1", service.ByCall, "", error(nil)
						switch {
						case restarts && strategy == service.OneForOne:
							want = "1 2 1 1"
						case restarts && strategy == service.OneForAll:
							want = "2 2 2 2"
						case restarts:
							want = "1 2 2 1"
						case restart == service.Never && way == "nil":
							by, part = service.ByEnd, "x"
						case restart == service.Never:
							by, part, why = service.ByFailure, "x", wayError(way)
						}
						if got != want {
							t.Errorf("the starts are %s, want %s", got, want)
						}
						if (err != nil) != (why != nil) || !errors.Is(err, why) {
							t.Errorf("the error is %v, want %v", err, why)
						}
						var pe *braid.PanicError
						if way == "panic" && why != nil && (!errors.As(err, &pe) || pe.Path != "x" || !strings.Contains(string(pe.Stack), "restart_test.go")) {
							t.Errorf("the panic is %+v", pe)
						}
						wantReason(t, j, err, by, part, why)
						end := 10 * time.Second
						if restart == service.Never {
							end = time.Second
						}
						if d := time.Since(j.start); d != end {
							t.Errorf("Run returned after %v, want %v", d, end)
						}
					})
				})
			}
		}
	}
}

func TestARestartOfTheRestStopsInOrderAndWaitsAndStartsInOrder(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		s := service.New([]service.Part{
			{Name: "disk", Run: obeys(0, 0)},
			{Name: "db", Needs: []string{"disk"}, Restart: service.OnFailure, Backoff: service.Backoff{Delay: 4 * time.Second}, Run: first(&n, 5*time.Second, failing(errOne))},
			{Name: "cache", Needs: []string{"db"}, Run: obeys(time.Second, time.Second)},
			{Name: "api", Needs: []string{"cache"}, Run: obeys(time.Second, time.Second)},
		}, service.RestForOne, service.Observe(j.observe))
		stopAfter(s, 20*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s disk: starting
			0s db: waiting
			0s cache: waiting
			0s api: waiting
			0s disk: running
			0s db: starting
			0s db: running
			0s cache: starting
			1s cache: running
			1s api: starting
			2s api: running
			2s service: running
			5s db: restarting in 4s (attempt 2): one went wrong
			5s api: stopping
			6s api: restarting in 3s (attempt 2)
			6s cache: stopping
			7s cache: restarting in 2s (attempt 2)
			9s db: starting (attempt 2)
			9s cache: waiting (attempt 2)
			9s api: waiting (attempt 2)
			9s db: running (attempt 2)
			9s cache: starting (attempt 2)
			10s cache: running (attempt 2)
			10s api: starting (attempt 2)
			11s api: running (attempt 2)
			20s service: stopping, stopped by a call
			20s api: stopping (attempt 2)
			21s api: stopped (attempt 2)
			21s cache: stopping (attempt 2)
			22s cache: stopped (attempt 2)
			22s db: stopping (attempt 2)
			22s db: stopped (attempt 2)
			22s disk: stopping
			22s disk: stopped
			22s service: stopped`)
	})
}

func TestAPartThatIgnoresARestartIsKilledAfterItsGraceAndThatIsNoError(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		var cause error
		s := service.New([]service.Part{
			{Name: "db", Restart: service.OnFailure, Run: first(&n, time.Second, failing(errOne))},
			{Name: "api", Needs: []string{"db"}, Grace: 3 * time.Second, Run: func(ctx context.Context, ready func()) error {
				if ready(); n.Load() == 1 {
					<-ctx.Done()
					cause = context.Cause(ctx)
					return ctx.Err()
				}
				<-service.Stopping(ctx)
				return nil
			}},
		}, service.RestForOne, service.Observe(j.observe))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		var c *braid.Cancellation
		if !errors.As(cause, &c) || c.Reason().Error() != "stopped to be restarted with db: one went wrong" {
			t.Errorf("the cause is %v", cause)
		}
		j.want(t, `
			0s service: starting
			0s db: starting
			0s api: waiting
			0s db: running
			0s api: starting
			0s api: running
			0s service: running
			1s db: restarting (attempt 2): one went wrong
			1s api: stopping
			4s api: killing: it did not stop within 3s
			4s api: restarting (attempt 2)
			4s db: starting (attempt 2)
			4s api: waiting (attempt 2)
			4s db: running (attempt 2)
			4s api: starting (attempt 2)
			4s api: running (attempt 2)
			10s service: stopping, stopped by a call
			10s api: stopping (attempt 2)
			10s api: stopped (attempt 2)
			10s db: stopping (attempt 2)
			10s db: stopped (attempt 2)
			10s service: stopped`)
	})
}

func TestWhatIsRestartedWithAnotherMayReturnItsCancellation(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		var cause error
		s := service.New([]service.Part{
			{Name: "db", Restart: service.OnFailure, Run: first(&n, time.Second, failing(nil))},
			{Name: "api", Restart: service.OnFailure, Run: service.Func(func(ctx context.Context) error {
				<-ctx.Done()
				if cause == nil {
					cause = context.Cause(ctx)
				}
				return context.Cause(ctx)
			})},
			{Name: "x", Restart: service.Always, Run: first(new(atomic.Int32), time.Second, failing(nil))},
		}, service.OneForAll, service.Observe(j.observe))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if cause == nil || cause.Error() != "stopped to be restarted with x" || !errors.Is(cause, context.Canceled) {
			t.Errorf("the cause is %v", cause)
		}
		for _, e := range j.all {
			if e.Err != nil {
				t.Errorf("there is a failure: %v", e)
			}
		}
	})
}

func TestTwoRestartsThatMeetBecomeOne(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var a, b atomic.Int32
		s := service.New([]service.Part{
			{Name: "a", Restart: service.OnFailure, Run: first(&a, time.Second, failing(errOne)), Backoff: service.Backoff{Delay: 10 * time.Second}},
			{Name: "b", Restart: service.OnFailure, Run: first(&b, 2*time.Second, failing(errTwo)), Backoff: service.Backoff{Delay: time.Second}},
			{Name: "c", Needs: []string{"a", "b"}, Run: obeys(0, 5*time.Second)},
		}, service.RestForOne, service.Observe(j.observe))
		stopAfter(s, time.Minute)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		text := strings.Join(j.lines, "\n")
		for _, want := range []string{"1s c: stopping\n", "2s b: restarting in 1s (attempt 2)", "6s c: restarting in 5s (attempt 2)", "11s a: starting (attempt 2)", "11s b: starting (attempt 2)", "11s c: starting (attempt 2)"} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %q in\n%s", want, text)
			}
		}
	})
}

func TestTheDelaysGrowAndAPartThatWasReadyForTheWindowBeginsAnew(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var at []time.Duration
		lives := []time.Duration{0, 0, 0, 0, time.Minute, 0, time.Minute - 1, time.Hour}
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			at = append(at, time.Since(j.start))
			return ends(lives[len(at)-1], failing(errOne))(ctx, ready)
		}}}, service.Backoff{Delay: time.Second, Factor: 3, MaxDelay: 20 * time.Second}, service.Intensity(100, time.Minute), service.Observe(j.observe))
		stopAfter(s, 10*time.Minute)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		want := []time.Duration{0, 1, 4, 13, 33, 94, 97, 166}
		for i := range want {
			want[i] *= time.Second
		}
		want[7]-- // the streak of three goes on, since a minute less a nanosecond is not the window
		if fmt.Sprint(at) != fmt.Sprint(want) {
			t.Errorf("it started at %v, want %v", at, want)
		}
	})
}

func TestADelayIsNeverNegativeNorTooLongForAClock(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: ends(0, failing(errOne)),
			Backoff: service.Backoff{Delay: time.Hour, Factor: 1e300}}}, service.Intensity(math.MaxInt, time.Second), service.Observe(j.observe))
		stopAfter(s, 1000*time.Hour)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		last := j.all[0]
		for _, e := range j.all {
			if e.Phase == service.PhaseRestarting {
				last = e
			}
		}
		if last.Attempt != 3 || last.Delay != braid.Forever {
			t.Errorf("the last restart is %+v", last)
		}
	})
}

// In a bubble the clock goes on until it ends.
func TestARestartThatIsNotDueBeforeTheEndOfTheClockIsADeadlock(t *testing.T) {
	const asked = "SERVICE_TEST_RUNS_TO_THE_END_OF_TIME"
	if os.Getenv(asked) != "" {
		synctest.Test(t, func(t *testing.T) {
			_ = service.Run(t.Context(), []service.Part{{Name: "a", Restart: service.Always, Run: ends(0, failing(errOne)),
				Backoff: service.Backoff{Delay: time.Second, Factor: 2}}}, service.Intensity(math.MaxInt, time.Second), service.Log(quietLog))
		})
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), asked+"=1")
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "deadlock: all goroutines in bubble are blocked") || ctx.Err() != nil {
		t.Errorf("%v, %v\n%.2000s", err, ctx.Err(), out)
	}
}

func TestWithoutADelayNoFactorMakesOne(t *testing.T) {
	for _, b := range []service.Backoff{{Factor: 2}, {Factor: math.Inf(1)}, {Factor: 2, MaxDelay: time.Minute}} {
		in(t, func(t *testing.T, j *journal) {
			n := 0
			s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Backoff: b, Run: func(context.Context, func()) error {
				if n++; n < 1500 { // 2^1024 is infinite
					return errOne
				}
				return nil
			}}}, service.Intensity(math.MaxInt, time.Minute), service.Log(quietLog))
			if err := s.Run(t.Context()); err != nil || n != 1500 || time.Since(j.start) != 0 {
				t.Errorf("%+v: after %v there were %d starts, and the error is %v", b, time.Since(j.start), n, err)
			}
		})
	}
}

func TestAnInfiniteFactorTakesTheSecondDelayToItsBound(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(context.Context, func()) error {
			if n++; n < 4 {
				return errOne
			}
			return nil
		}}}, service.Backoff{Delay: time.Second, Factor: math.Inf(1), MaxDelay: time.Minute}, service.Log(quietLog))
		if err := s.Run(t.Context()); err != nil || time.Since(j.start) != time.Second+2*time.Minute {
			t.Errorf("it took %v, and the error is %v", time.Since(j.start), err)
		}
	})
}

func TestTooManyRestartsWithinTheWindowEndTheServiceWithEveryErrorThatLedThere(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		s := service.New([]service.Part{
			{Name: "a", Restart: service.Always, Backoff: service.Backoff{Delay: 10 * time.Second}, Run: func(ctx context.Context, ready func()) error {
				n++
				return fmt.Errorf("failure %d", n)
			}},
			{Name: "b", Run: obeys(0, 0)},
		}, service.Name("shop"), service.Intensity(2, 25*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Hour) // if it does not give up, which a third restart within the window would hide
		err := s.Run(t.Context())
		wantFailures(t, err, "shop/a: failure 1", "shop/a: failure 2", "shop/a: failure 3", "shop: service: too many restarts: a, after 2 within 25s")
		wantReason(t, j, err, service.ByFailure, "a", service.ErrTooManyRestarts)
		if !errors.Is(err, service.ErrTooManyRestarts) {
			t.Errorf("the error is %v", err)
		}
		if got := time.Since(j.start); got != 20*time.Second {
			t.Errorf("it gave up after %v", got)
		}
	})
}

func TestRestartsThatAreAWindowOldNoLongerCountNorAreTheirErrorsKept(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			if n++; n == 100 {
				return ends(0, failing(nil))(ctx, ready)
			}
			return ends(10*time.Second, func() error { return fmt.Errorf("failure %d", n) })(ctx, ready)
		}}}, service.Intensity(2, 20*time.Second), service.Observe(j.observe))
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if n != 100 {
			t.Errorf("it ran %d times", n)
		}
		wantReason(t, j, nil, service.ByEnd, "a", nil)
	})
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Restart: service.OnFailure, Run: ends(10*time.Second, failing(errOne))},
			{Name: "b", Run: ends(45*time.Second, failing(errTwo))},
		}, service.Intensity(3, 20*time.Second), service.Observe(j.observe))
		wantFailures(t, err, "a: one went wrong", "a: one went wrong", "b: two went wrong") // at 30, 40 and 45 s
	})
}

func TestAnIntensityOfNoneRestartsNothing(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{{Name: "a", Restart: service.Always, Run: ends(time.Second, failing(nil))}},
			service.Intensity(0, time.Second), service.Observe(j.observe))
		wantFailures(t, err, "service: too many restarts: a, after 0 within 1s")
	})
}

func TestTheNumberOfErrorsThatAreKeptIsBounded(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		err := service.Run(t.Context(), []service.Part{{Name: "a", Restart: service.Always, Run: func(context.Context, func()) error {
			n++
			return fmt.Errorf("failure %d", n)
		}}}, service.Intensity(1200, time.Second), service.Log(quietLog))
		var se *service.Error
		var ge *braid.GroupError
		if !errors.As(err, &se) || !errors.As(err, &ge) {
			t.Fatalf("the error is %v", err)
		}
		if got := len(ge.Errors()); got != braid.DefaultKeep+1 || se.Dropped != 1201-braid.DefaultKeep {
			t.Errorf("%d errors are kept and %d dropped", got, se.Dropped)
		}
		if first := ge.Errors()[0].Error(); first != "a: failure 202" {
			t.Errorf("the first that is kept is %s", first)
		}
		if !strings.HasSuffix(err.Error(), " and 201 earlier failures") {
			t.Errorf("the error ends in %s", err.Error()[len(err.Error())-60:])
		}
	})
}

func TestAPartWhoseWorkIsDoneIsReadyForThoseThatNeedIt(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "migrate", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
				time.Sleep(time.Second)
				return nil
			}},
			{Name: "api", Needs: []string{"migrate"}, Run: obeys(0, 0)},
		}, service.Observe(j.observe))
		stopAfter(s, 2*time.Second)
		time.AfterFunc(1500*time.Millisecond, func() {
			if st := s.Status(); !st.Ready() {
				t.Errorf("not ready: %+v", st)
			}
		})
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s migrate: starting
			0s api: waiting
			1s migrate: stopped
			1s api: starting
			1s api: running
			1s service: running
			2s service: stopping, stopped by a call
			2s api: stopping
			2s api: stopped
			2s service: stopped`)
	})
}

func TestARestartOfAllDoesTheWorkThatWasDoneAgain(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		migrated := 0
		s := service.New([]service.Part{
			{Name: "migrate", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
				time.Sleep(time.Second)
				migrated++
				return nil
			}},
			{Name: "api", Needs: []string{"migrate"}, Restart: service.OnFailure, Run: first(&n, time.Second, failing(errOne))},
		}, service.OneForAll, service.Observe(j.observe))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil || migrated != 2 || n.Load() != 2 {
			t.Errorf("migrated %d times, %d starts, %v", migrated, n.Load(), err)
		}
	})
}

func TestManyRestartsLeaveNothingBehind(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		var before, after runtime.MemStats
		s := service.New([]service.Part{{Name: "a", Restart: service.Always, Run: func(ctx context.Context, ready func()) error {
			switch n++; n {
			case 500:
				runtime.GC()
				runtime.ReadMemStats(&before)
			case 2500:
				runtime.GC()
				runtime.ReadMemStats(&after)
				service.From(ctx).Stop(nil)
			}
			time.Sleep(time.Second)
			return errOne
		}}}, service.Intensity(math.MaxInt, 10*time.Second), service.Log(quietLog))
		if err := s.Run(t.Context()); !errors.Is(err, errOne) { // the one that came after the stop had begun
			t.Error(err)
		}
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2000*16 {
			t.Errorf("2000 restarts have left %d bytes", grown)
		}
	})
}

func TestAPartThatReturnsNilBeforeItIsReadyAndIsNeverRestartedHasFailed(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: func(context.Context, func()) error { return nil }}}, service.Observe(j.observe))
		wantFailures(t, err, "a: service: the part did not become ready")
		wantReason(t, j, err, service.ByFailure, "a", service.ErrNotReady)
	})
}

func TestAPartThatIsNotReadyInTimeHasFailed(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		s := service.New([]service.Part{{Name: "a", ReadyWithin: 3 * time.Second, Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			if n.Add(1) == 1 {
				<-ctx.Done()
				ready() // too late
				time.Sleep(time.Second)
				return ctx.Err()
			}
			return obeys(2*time.Second, 0)(ctx, ready)
		}}}, service.Observe(j.observe))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s a: starting
			3s a: killing: service: the part did not become ready within 3s
			4s a: restarting (attempt 2): service: the part did not become ready within 3s
			4s a: starting (attempt 2)
			6s a: running (attempt 2)
			6s service: running
			10s service: stopping, stopped by a call
			10s a: stopping (attempt 2)
			10s a: stopped (attempt 2)
			10s service: stopped`)
	})
}

func TestAPartThatWaitsForWhatItNeedsIsStoppedWithoutHavingStarted(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Run: ends(time.Second, failing(errOne)), Restart: service.OnFailure, Backoff: service.Backoff{Delay: time.Minute}},
			{Name: "b", Run: ends(2*time.Second, failing(errTwo))},
			{Name: "c", Needs: []string{"a"}, Run: first(new(atomic.Int32), 1500*time.Millisecond, failing(errWhy)), Restart: service.OnFailure},
		}, service.Observe(j.observe))
		wantFailures(t, err, "a: one went wrong", "c: why it was stopped", "b: two went wrong")
		text := strings.Join(j.lines, "\n")
		for _, want := range []string{"1.5s c: waiting (attempt 2)", "2s a: stopped", "2s c: stopped"} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %q in\n%s", want, text)
			}
		}
	})
}

func TestASignalIsObeyedWhileAPartWaitsForItsRestart(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Run: ends(0, failing(errOne)), Restart: service.OnFailure, Backoff: service.Backoff{Delay: time.Hour}}}, service.Observe(j.observe))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Errorf("what was to be restarted is an error: %v", err)
		}
		if got := time.Since(j.start); got != time.Second {
			t.Errorf("Run returned after %v", got)
		}
	})
}
