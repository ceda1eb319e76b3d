package service_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows the stop: who begins it, its soft and its hard half, and what
// Run returns of it.

// wantReason checks who stopped the service, in the events and in the error.
func wantReason(t *testing.T, j *journal, err error, by service.Initiator, part string, why error) {
	t.Helper()
	r := j.reason()
	if r == nil || r.By != by || r.Part != part || !errors.Is(r.Err, why) {
		t.Errorf("the reason is %+v, want %v, part %q, %v", r, by, part, why)
	}
	var se *service.Error
	if errors.As(err, &se) && se.Reason != r {
		t.Errorf("the error has the reason %v, the events have %v", se.Reason, r)
	}
	if err != nil && se == nil {
		t.Errorf("the error is a %T", err)
	}
}

// wantFailures checks the failures of a service, each as "path: error".
func wantFailures(t *testing.T, err error, want ...string) {
	t.Helper()
	var ge *braid.GroupError
	var got []string
	if errors.As(err, &ge) {
		for _, e := range ge.Errors() {
			got = append(got, e.Error())
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the failures are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAStopByACallIsCleanAndSaysWhy(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Run: obeys(0, time.Second)}}, service.Observe(j.observe))
		time.AfterFunc(time.Second, func() {
			s.Stop(errWhy)
			s.Stop(errOne) // the first reason wins
		})
		err := s.Run(t.Context())
		if err != nil {
			t.Error(err)
		}
		wantReason(t, j, err, service.ByCall, "", errWhy)
		j.want(t, `
			0s service: starting
			0s a: starting
			0s a: running
			0s service: running
			1s service: stopping, stopped by a call: why it was stopped
			1s a: stopping
			2s a: stopped
			2s service: stopped`)
	})
}

func TestAPartMayStopItsService(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Run: func(ctx context.Context, ready func()) error {
				time.Sleep(time.Second)
				service.From(ctx).Stop(errWhy)
				<-service.Stopping(ctx)
				return nil
			}},
			{Name: "b", Needs: []string{"a"}, Run: obeys(0, 0)}, // never starts
		}, service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
		wantReason(t, j, err, service.ByCall, "", errWhy)
		j.want(t, `
			0s service: starting
			0s a: starting
			0s b: waiting
			1s service: stopping, stopped by a call: why it was stopped
			1s b: stopped
			1s a: stopping
			1s a: stopped
			1s service: stopped`)
	})
}

func TestAServiceThatWasStoppedBeforeItRanStartsNothing(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		for _, stop := range []func(*service.Service, error){(*service.Service).Stop, (*service.Service).Kill} {
			s := service.New([]service.Part{{Name: "a", Run: func(context.Context, func()) error {
				t.Error("it was called")
				return nil
			}}}, service.Observe(j.observe))
			stop(s, errWhy)
			err := s.Run(t.Context())
			if err != nil {
				t.Error(err)
			}
			wantReason(t, j, err, service.ByCall, "", errWhy)
			if st := s.Status(); st.Phase != service.PhaseStopped || st.Reason != j.reason() {
				t.Errorf("the status is %+v", st)
			}
			s.Stop(errOne) // too late, and harmless
			s.Kill(errOne)
		}
	})
}

func TestADeadContextStartsNothingAndIsTheError(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errWhy)
		err := service.Run(ctx, []service.Part{{Name: "a", Run: func(context.Context, func()) error {
			t.Error("it was called")
			return nil
		}}}, service.Observe(j.observe))
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errWhy) {
			t.Errorf("the error is %v", err)
		}
		wantReason(t, j, err, service.ByContext, "", errWhy)
	})
}

func TestTheDeathOfTheContextBeginsASoftStopAndIsTheError(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := service.Run(ctx, []service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			ready()
			<-service.Stopping(ctx)
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				t.Error("the context is dead in the soft half")
			}
			if _, ok := ctx.Deadline(); ok {
				t.Error("the deadline reached in")
			}
			return nil
		}}}, service.Observe(j.observe))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		var ge *braid.GroupError
		if errors.As(err, &ge) {
			t.Errorf("the error is a group: %v", err)
		}
		wantReason(t, j, err, service.ByContext, "", context.DeadlineExceeded)
		j.want(t, `
			0s service: starting
			0s a: starting
			0s a: running
			0s service: running
			1s service: stopping, stopped by its context: context deadline exceeded
			1s a: stopping
			2s a: stopped
			2s service: stopped: context deadline exceeded`)
	})
}

func TestTheFirstSignalIsSoftAndTheSecondHard(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		signals := make(chan os.Signal, 2)
		time.AfterFunc(1*time.Second, func() { signals <- os.Interrupt })
		time.AfterFunc(3*time.Second, func() { signals <- syscall.SIGTERM })
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Run: obeys(0, 0)},
			{Name: "b", Run: untilKilled, Needs: []string{"a"}},
		}, service.SignalsFrom(signals), service.Observe(j.observe))
		wantFailures(t, err, "b: service: the part ended only after the hard stop, 2s after it was asked")
		if !errors.Is(err, service.ErrCutShort) {
			t.Errorf("the error is %v", err)
		}
		wantReason(t, j, err, service.BySignal, "", nil)
		if j.reason().Signal != os.Interrupt {
			t.Errorf("the signal is %v", j.reason().Signal)
		}
		if got, want := err.Error(), "b: service: the part ended only after the hard stop, 2s after it was asked (stopped by signal interrupt)"; got != want {
			t.Errorf("the error is %q, want %q", got, want)
		}
	})
}

func TestAStopBySignalIsCleanAndAClosedChannelOfSignalsIsNone(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		signals := make(chan os.Signal, 2)
		time.AfterFunc(1*time.Second, func() {
			signals <- os.Interrupt
			close(signals)
		})
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: obeys(0, 5*time.Second)}}, service.SignalsFrom(signals), service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
		wantReason(t, j, err, service.BySignal, "", nil)
	})
}

func TestTheEndOfAPartThatIsNeverRestartedIsTheEndOfAll(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Run: obeys(time.Millisecond, time.Second)},
			{Name: "b", Run: ends(time.Second, failing(nil))},
		}, service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
		wantReason(t, j, err, service.ByEnd, "b", nil)
		j.want(t, `
			0s service: starting
			0s a: starting
			0s b: starting
			0s b: running
			1ms a: running
			1ms service: running
			1s b: stopped
			1s service: stopping, stopped by the end of b
			1s a: stopping
			2s a: stopped
			2s service: stopped`)
	})
}

func TestTheFailureOfAPartIsKeptWithAllThatFailInTheStop(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Run: ends(time.Second, failing(errOne))},
			{Name: "b", Run: func(ctx context.Context, ready func()) error {
				ready()
				<-service.Stopping(ctx)
				return errTwo
			}},
			{Name: "c", Run: obeys(0, time.Second), Stop: func(context.Context) error { return errWhy }},
		}, service.Name("shop"), service.Observe(j.observe))
		wantFailures(t, err, "shop/a: one went wrong", "shop/b: two went wrong", "shop/c/stop: why it was stopped")
		if !errors.Is(err, errOne) || !errors.Is(err, errTwo) || !errors.Is(err, errWhy) {
			t.Errorf("something is lost in %v", err)
		}
		wantReason(t, j, err, service.ByFailure, "a", errOne)
		if got, want := err.Error(), "shop (3 errors): a: one went wrong; b: two went wrong; c/stop: why it was stopped"; got != want {
			t.Errorf("the error is %q, want %q", got, want)
		}
	})
}

func TestWhatAPartReturnsThatWasAskedToStopIsNoErrorIfItIsCancellation(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "cause", Run: service.Func(func(ctx context.Context) error {
				<-ctx.Done()
				if r, ok := context.Cause(ctx).(*service.Reason); !ok || r.Err != errWhy {
					t.Errorf("the cause is %v", context.Cause(ctx))
				}
				return context.Cause(ctx)
			})},
			{Name: "err", Run: service.Func(func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})},
			{Name: "mixed", Run: service.Func(func(ctx context.Context) error {
				<-ctx.Done()
				return errors.Join(ctx.Err(), errOne)
			})},
		}, service.Observe(j.observe))
		time.AfterFunc(time.Second, func() { s.Stop(errWhy) })
		wantFailures(t, s.Run(t.Context()), "mixed: one went wrong")
	})
}

func TestACancellationOfAPartThatNobodyAskedIsAFailure(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: ends(time.Second, failing(context.Canceled))}}, service.Observe(j.observe))
		wantFailures(t, err, "a: context canceled")
		wantReason(t, j, err, service.ByFailure, "a", context.Canceled)
	})
}

func TestWhoDoesNotObeyTheHardStopIsNamedThoughItWasNeverAsked(t *testing.T) {
	deaf := func(ctx context.Context, ready func()) error {
		ready()
		time.Sleep(time.Minute)
		return nil
	}
	in(t, func(t *testing.T, j *journal) { // no time was left to ask it
		s := service.New([]service.Part{
			{Name: "db", Run: deaf},
			{Name: "api", Needs: []string{"db"}, Run: untilKilled},
		}, service.Grace(4*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		wantFailures(t, s.Run(t.Context()), "api: service: the part ended only after the hard stop, 4s after it was asked",
			"db: service: the part ended only after the hard stop, 55s after that")
	})
	in(t, func(t *testing.T, j *journal) { // there was no soft stop
		s := service.New([]service.Part{{Name: "deaf", Run: deaf}, {Name: "good", Run: untilKilled}}, service.Observe(j.observe))
		time.AfterFunc(time.Second, func() { s.Kill(errOne) })
		err := s.Run(t.Context())
		wantFailures(t, err, "deaf: service: the part ended only after the hard stop, 59s after that")
		if j.reason().Err != errOne {
			t.Errorf("the reason is %v", j.reason())
		}
	})
}

func TestWhenTheGraceIsOverTheContextsOfAllDieAndTheCulpritIsNamed(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var cause error
		s := service.New([]service.Part{
			{Name: "db", Run: func(ctx context.Context, ready func()) error {
				ready()
				select {
				case <-service.Stopping(ctx):
				case <-ctx.Done():
				}
				return ctx.Err()
			}},
			{Name: "api", Needs: []string{"db"}, Run: func(ctx context.Context, ready func()) error {
				ready()
				<-ctx.Done()
				cause = context.Cause(ctx)
				time.Sleep(time.Second)
				return nil
			}},
		}, service.Grace(4*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		err := s.Run(t.Context())
		wantFailures(t, err, "api: service: the part ended only after the hard stop, 5s after it was asked")
		var c *braid.Cancellation
		if !errors.As(cause, &c) || c.Reason() != error(j.reason()) {
			t.Errorf("the cause in the part is %v", cause)
		}
		j.want(t, `
			0s service: starting
			0s db: starting
			0s api: waiting
			0s db: running
			0s api: starting
			0s api: running
			0s service: running
			1s service: stopping, stopped by a call
			1s api: stopping
			5s service: killing: the grace of 4s is over
			5s api: killing: the grace of 4s is over
			5s db: killing: the grace of 4s is over
			5s db: stopped
			6s api: stopped: service: the part ended only after the hard stop, 5s after it was asked
			6s service: stopped: api: service: the part ended only after the hard stop, 5s after it was asked (stopped by a call)`)
	})
}

func TestAPartsOwnGraceLeavesTheOthersTheirSoftStop(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "db", Run: obeys(0, 3*time.Second)},
			{Name: "api", Needs: []string{"db"}, Run: untilKilled, Grace: 5 * time.Second},
		}, service.Observe(j.observe))
		stopAfter(s, time.Second)
		wantFailures(t, s.Run(t.Context()), "api: service: the part ended only after the hard stop, 5s after it was asked")
		j.want(t, `
			0s service: starting
			0s db: starting
			0s api: waiting
			0s db: running
			0s api: starting
			0s api: running
			0s service: running
			1s service: stopping, stopped by a call
			1s api: stopping
			6s api: killing: it did not stop within 5s
			6s api: stopped: service: the part ended only after the hard stop, 5s after it was asked
			6s db: stopping
			9s db: stopped
			9s service: stopped: api: service: the part ended only after the hard stop, 5s after it was asked (stopped by a call)`)
	})
}

func TestAPartThatIgnoresTheHardStopIsReportedAndJoined(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		release := make(chan struct{})
		s := service.New([]service.Part{{Name: "deaf", Run: func(ctx context.Context, ready func()) error {
			ready()
			<-release
			return nil
		}}}, service.Name("shop"), service.Grace(time.Second), service.SlowAfter(2*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		time.AfterFunc(20*time.Second, func() { close(release) })
		_ = s.Run(t.Context())
		var stalls []service.Event
		for _, e := range j.all {
			if e.Stall != nil {
				stalls = append(stalls, e)
			}
		}
		if len(stalls) != 1 {
			t.Fatalf("there are %d reports", len(stalls))
		}
		e := stalls[0]
		if e.Part != "deaf" || e.Phase != service.PhaseKilling || e.At.Sub(j.start) != 4*time.Second {
			t.Errorf("the report is %+v", e)
		}
		if len(e.Stall.Tasks) != 1 || e.Stall.Tasks[0].Path != "shop/deaf" || !strings.Contains(e.Stall.Tasks[0].Blocked, "TestAPartThatIgnoresTheHardStop") {
			t.Errorf("the report has %+v", e.Stall.Tasks)
		}
		if at := e.Stall.Tasks[0].Spawned.String(); !strings.HasPrefix(at, "stop_test.go:") {
			t.Errorf("the report says that it was spawned at %s", at)
		}
		if text := e.String(); !strings.HasPrefix(text, "shop/deaf: does not stop\n  shop/deaf is in service_test.TestAPartThatIgnoresTheHardStop") {
			t.Errorf("the report reads %s", text)
		}
		if got := time.Since(j.start); got != 20*time.Second {
			t.Errorf("Run returned after %v", got)
		}
	})
}

func TestKillAndAGraceOfZeroGiveNobodyTime(t *testing.T) {
	for name, stop := range map[string]func(*service.Service, error){"kill": (*service.Service).Kill, "grace zero": (*service.Service).Stop} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, j *journal) {
				opts := []service.Option{service.Observe(j.observe)}
				if name == "grace zero" {
					opts = append(opts, service.Grace(0))
				}
				told := make(chan struct{})
				s := service.New([]service.Part{
					{Name: "a", Run: func(_ context.Context, ready func()) error { // as http.Server.Serve and Shutdown
						ready()
						<-told
						return nil
					}, Stop: func(ctx context.Context) error {
						if ctx.Err() == nil {
							t.Error("it was given time")
						}
						close(told)
						return ctx.Err()
					}},
					{Name: "b", Run: func(ctx context.Context, ready func()) error {
						ready()
						<-service.Stopping(ctx)
						return ctx.Err() // which is dead
					}},
				}, opts...)
				time.AfterFunc(time.Second, func() { stop(s, errWhy) })
				err := s.Run(t.Context())
				if err != nil {
					t.Error(err)
				}
				wantReason(t, j, err, service.ByCall, "", errWhy)
				if got := time.Since(j.start); got != time.Second {
					t.Errorf("Run returned after %v", got)
				}
			})
		})
	}
}

func TestKillHardensASoftStop(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Run: untilKilled}}, service.Grace(braid.Forever), service.Observe(j.observe))
		time.AfterFunc(time.Second, func() { s.Stop(errWhy) })
		time.AfterFunc(time.Hour, func() { s.Kill(errOne) })
		err := s.Run(t.Context())
		if !errors.Is(err, service.ErrCutShort) {
			t.Errorf("the error is %v", err)
		}
		wantReason(t, j, err, service.ByCall, "", errWhy)
		if got := time.Since(j.start); got != time.Hour {
			t.Errorf("Run returned after %v", got)
		}
	})
}

func TestStopIsCalledBesideRunAndBothAreJoined(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		closed := make(chan struct{})
		s := service.New([]service.Part{
			{Name: "server", Run: func(ctx context.Context, ready func()) error {
				ready()
				<-closed
				return nil
			}, Stop: func(ctx context.Context) error {
				close(closed)
				time.Sleep(3 * time.Second)
				return ctx.Err()
			}},
			{Name: "hangs", Run: func(ctx context.Context, ready func()) error {
				time.Sleep(time.Millisecond)
				ready()
				<-ctx.Done()
				return ctx.Err()
			}, Stop: func(ctx context.Context) error {
				<-ctx.Done()
				return context.Cause(ctx)
			}},
		}, service.Grace(5*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		wantFailures(t, s.Run(t.Context()), "hangs: service: the part ended only after the hard stop, 5s after it was asked")
		j.want(t, `
			0s service: starting
			0s server: starting
			0s hangs: starting
			0s server: running
			1ms hangs: running
			1ms service: running
			1s service: stopping, stopped by a call
			1s hangs: stopping
			1s server: stopping
			4s server: stopped
			6s service: killing: the grace of 5s is over
			6s hangs: killing: the grace of 5s is over
			6s hangs: stopped: service: the part ended only after the hard stop, 5s after it was asked
			6s service: stopped: hangs: service: the part ended only after the hard stop, 5s after it was asked (stopped by a call)`)
	})
}

func TestAStopThatPanicsOrExitsIsAFailureAndTheGraceStillHolds(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "a", Run: untilKilled, Stop: func(context.Context) error { panic("in Stop") }},
			{Name: "b", Run: untilKilled, Stop: func(context.Context) error { goexit(); return nil }},
		}, service.Grace(5*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		err := s.Run(t.Context())
		var pe *braid.PanicError
		if !errors.As(err, &pe) || pe.Value != "in Stop" || pe.Path != "a/stop" || !errors.Is(err, braid.ErrGoexit) {
			t.Errorf("the error is %v", err)
		}
		if got := time.Since(j.start); got != 6*time.Second {
			t.Errorf("Run returned after %v", got)
		}
	})
}

func TestAPanicOfAnObserverEndsAllAndComesOut(t *testing.T) {
	for name, how := range map[string]func(){"panic": func() { panic("seen enough") }, "goexit": goexit} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, j *journal) {
				ended := false
				var raised any
				done := make(chan struct{})
				s := service.New([]service.Part{
					{Name: "a", Run: func(ctx context.Context, ready func()) error {
						defer func() { ended = true }()
						ready()
						<-ctx.Done()
						time.Sleep(time.Second)
						return nil
					}},
					{Name: "b", Run: obeys(0, 0)}, // which looks at Stopping only
				}, service.Observe(func(e service.Event) {
					if e.Part == "a" && e.Phase == service.PhaseRunning {
						how()
					}
				}))
				go func() {
					defer close(done)
					defer func() { raised = recover() }()
					_ = s.Run(t.Context())
				}()
				<-done
				pe, _ := raised.(*braid.PanicError)
				if !ended || (name == "panic") != (pe != nil && pe.Value == "seen enough") {
					t.Errorf("what came out is %v, and that the part ended is %v", raised, ended)
				}
				if st := s.Status(); st.Phase != service.PhaseStopped || st.Parts[1].Phase != service.PhaseStopped || st.Parts[1].Ready {
					t.Errorf("the status is %+v", st)
				}
			})
		})
	}
}

func TestAnObserverMayStopTheService(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var s *service.Service
		s = service.New([]service.Part{{Name: "a", Run: obeys(time.Second, 0)}}, service.Observe(func(e service.Event) {
			j.observe(e)
			if e.Phase == service.PhaseRunning {
				s.Stop(errWhy)
			}
			if st := s.Status(); e.Part == "" && st.Phase != e.Phase {
				t.Errorf("the status says %v at the event %v", st.Phase, e)
			}
		}))
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		wantReason(t, j, nil, service.ByCall, "", errWhy)
	})
}

func TestNothingIsLeftWhenRunReturnsHoweverItWasStopped(t *testing.T) {
	// The bubble itself would fail the test if a goroutine were left.
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_ = service.Run(ctx, []service.Part{{Name: "a", Run: untilKilled}}, service.Log(quietLog))
			s := service.New([]service.Part{
				{Name: "a", Run: untilKilled, Restart: service.Always},
				{Name: "b", Run: ends(time.Millisecond, failing(errOne)), Restart: service.OnFailure, Backoff: service.Backoff{Delay: time.Hour}},
				{Name: "c", Needs: []string{"b"}, Run: obeys(0, 0), Stop: func(context.Context) error { return nil }},
			}, service.Log(quietLog))
			stopAfter(s, time.Minute)
			_ = s.Run(t.Context())
			synctest.Wait()
		}
	})
}
