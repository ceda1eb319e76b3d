package service_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows what a reader who distrusts the package tried first.

func TestAPartThatIgnoresARestartIsKilledAtOnceIfTheServiceHasNoGrace(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		s := service.New([]service.Part{
			{Name: "a", Run: untilKilled},
			{Name: "b", Run: first(&n, time.Second, failing(errOne)), Restart: service.OnFailure},
		}, service.OneForAll, service.Grace(0), service.Observe(j.observe))
		stopAfter(s, time.Minute)
		_ = s.Run(t.Context())
		if n.Load() != 2 {
			t.Errorf("b was started %d times", n.Load())
		}
	})
}

func TestAServiceBelowWhosePartsAreDoneAtOnceWasReady(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		for name, fn := range map[string]run{
			"said": func(_ context.Context, ready func()) error { ready(); return nil },
			"mute": func(context.Context, func()) error { return nil },
		} {
			err := service.Run(t.Context(), []service.Part{
				{Name: "migrate", Run: service.Supervise([]service.Part{{Name: name, Run: fn, Restart: service.OnFailure}})},
			}, service.Log(quietLog))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhatHappenedInTimeIsNotLateAlthoughAnObserverWasSlow(t *testing.T) {
	for range 10 { // it would be a matter of luck
		in(t, func(t *testing.T, j *journal) {
			s := service.New([]service.Part{
				{Name: "prompt", Run: obeys(time.Second, time.Second), ReadyWithin: 2 * time.Second},
				{Name: "talks", Run: func(ctx context.Context, ready func()) error {
					ready()
					service.Report(ctx, errOne)
					<-service.Stopping(ctx)
					service.Report(ctx, errTwo)
					return nil
				}},
			}, service.Grace(2*time.Second), service.Observe(func(e service.Event) {
				j.observe(e)
				if e.Phase == service.PhaseRunning && e.Err != nil {
					time.Sleep(4 * time.Second)
				}
			}))
			stopAfter(s, 10*time.Second)
			if err := s.Run(t.Context()); err != nil {
				t.Error(err)
			}
			j.want(t, `
				0s service: starting
				0s prompt: starting
				0s talks: starting
				0s talks: running
				0s talks: goes on after a failure: one went wrong
				4s prompt: running
				4s service: running
				10s service: stopping, stopped by a call
				10s talks: stopping
				10s prompt: stopping
				10s talks: goes on after a failure: two went wrong
				14s talks: stopped
				14s prompt: stopped
				14s service: stopped
			`)
		})
	}
}

func TestAReportOfASlowPartDoesNotComeAfterItsEnd(t *testing.T) {
	for range 50 {
		in(t, func(t *testing.T, j *journal) {
			s := service.New([]service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
				ready()
				<-ctx.Done()
				time.Sleep(time.Second)
				return nil
			}}}, service.SlowAfter(time.Second), service.Grace(0), service.Observe(j.observe))
			stopAfter(s, time.Second)
			_ = s.Run(t.Context())
			over := false
			for _, e := range j.all {
				if e.Part == "a" && e.Phase == service.PhaseStopped && e.Stall == nil {
					over = true
				} else if over && e.Stall != nil {
					t.Errorf("the report came after the end")
				}
			}
		})
	}
}

func TestThePartsOfASupervisedServiceAreCopied(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		parts := []service.Part{{Name: "x", Run: obeys(0, 0)}, {Name: "y", Run: obeys(0, 0), Needs: []string{"x"}}}
		fn := service.Supervise(parts)
		parts[1].Needs[0] = "nobody"
		parts[0].Name = ""
		s := service.New([]service.Part{{Name: "sub", Run: fn}}, service.Observe(j.observe))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAPanicOfAnObserverThatAPartHoldsUpIsNotSilent(t *testing.T) {
	var logged bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(textLog(&logged))
	in(t, func(t *testing.T, j *journal) {
		defer func() {
			if recover() == nil || !strings.Contains(logged.String(), "service: deaf: does not stop") {
				t.Errorf("the log has %q", logged.String())
			}
		}()
		_ = service.Run(t.Context(), []service.Part{{Name: "deaf", Run: func(ctx context.Context, ready func()) error {
			ready()
			time.Sleep(time.Minute)
			for range 200 { // more than can be on the way
				service.Report(context.WithoutCancel(ctx), errOne)
			}
			return nil
		}}}, service.Observe(func(e service.Event) {
			if e.Phase == service.PhaseRunning {
				panic("seen enough")
			}
		}))
	})
}

func TestTheDelaysOfAPartThatIsNeverReadyGrow(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var starts []time.Duration
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(context.Context, func()) error {
			starts = append(starts, time.Since(j.start))
			return errOne
		}}}, service.Backoff{Delay: time.Second, Factor: 2}, service.Intensity(100, time.Millisecond), service.Log(quietLog))
		stopAfter(s, 10*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(starts, want) {
			t.Errorf("it was started after %v, want %v", starts, want)
		}
	})
}

func TestWorkThatIsDoneAgainIsWaitedForAgain(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		s := service.New([]service.Part{
			{Name: "migrate", Restart: service.OnFailure, Run: func(context.Context, func()) error {
				time.Sleep(5 * time.Second)
				return nil
			}},
			{Name: "api", Needs: []string{"migrate"}, Restart: service.OnFailure, Run: first(&n, time.Second, failing(errOne))},
		}, service.OneForAll, service.Observe(j.observe))
		stopAfter(s, time.Minute)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s migrate: starting
			0s api: waiting
			5s migrate: stopped
			5s api: starting
			5s api: running
			5s service: running
			6s api: restarting (attempt 2): one went wrong
			6s migrate: starting (attempt 2)
			6s api: waiting (attempt 2)
			11s migrate: stopped (attempt 2)
			11s api: starting (attempt 2)
			11s api: running (attempt 2)
			1m0s service: stopping, stopped by a call
			1m0s api: stopping (attempt 2)
			1m0s api: stopped (attempt 2)
			1m0s service: stopped
		`)
	})
}

func TestRestartsThatAreNotCountedAreNotRememberedEither(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand restarts")
	}
	in(t, func(t *testing.T, j *journal) {
		heap := func() int64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		var before, after int64
		var s *service.Service
		n := 0
		s = service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(context.Context, func()) error {
			switch n++; n {
			case 1000:
				before = heap()
			case 11000:
				after = heap()
				s.Stop(nil)
			}
			return errOne
		}}}, service.Intensity(math.MaxInt, time.Hour), service.Log(quietLog))
		_ = s.Run(t.Context())
		if grown := after - before; grown > 120_000 {
			t.Errorf("ten thousand restarts keep %d bytes", grown)
		}
	})
}

func TestAHardStopComesOnce(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			ready()
			<-ctx.Done()
			time.Sleep(5 * time.Second)
			return nil
		}}}, service.Observe(j.observe), service.SlowAfter(braid.Forever))
		for i := range 3 {
			time.AfterFunc(time.Duration(i+1)*time.Second, func() { s.Kill(errWhy) })
		}
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s a: starting
			0s a: running
			0s service: running
			1s service: stopping, stopped by a call: why it was stopped
			1s service: killing: why it was stopped
			1s a: killing: why it was stopped
			6s a: stopped
			6s service: stopped
		`)
	})
}

func TestAPartIsKilledOnce(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		slow := func(ctx context.Context, ready func()) error {
			ready()
			<-ctx.Done()
			time.Sleep(5 * time.Second)
			return errOne
		}
		s := service.New([]service.Part{{Name: "a", Run: slow, Grace: time.Second}, {Name: "b", Run: slow}},
			service.Grace(2*time.Second), service.Observe(j.observe), service.SlowAfter(braid.Forever))
		stopAfter(s, time.Second)
		err := s.Run(t.Context())
		wantFailures(t, err,
			"a: one went wrong", "a: service: the part ended only after the hard stop, 6s after it was asked",
			"b: one went wrong", "b: service: the part ended only after the hard stop, 7s after it was asked")
		var killed []string
		for _, e := range j.all {
			if e.Phase == service.PhaseKilling {
				killed = append(killed, fmt.Sprint(e.At.Sub(j.start), " ", e.Part))
			}
		}
		if want := []string{"2s a", "3s ", "3s b"}; !slices.Equal(killed, want) {
			t.Errorf("killed were %q, want %q", killed, want)
		}
	})
}

func TestThatAnEarlierAttemptIsReadySaysNothingOfThisOne(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var old func()
		s := service.New([]service.Part{{Name: "a", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			if old == nil {
				old = ready
				return errOne
			}
			old()
			<-service.Stopping(ctx)
			return nil
		}}}, service.Observe(j.observe))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s service: starting
			0s a: starting
			0s a: restarting (attempt 2): one went wrong
			0s a: starting (attempt 2)
			1s service: stopping, stopped by a call
			1s a: stopping (attempt 2)
			1s a: stopped (attempt 2)
			1s service: stopped
		`)
	})
}

func TestAPartThatIsAskedToStopNeedNotBecomeReadyAnyMore(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", ReadyWithin: 2 * time.Second, Run: func(ctx context.Context, ready func()) error {
			<-service.Stopping(ctx)
			select {
			case <-time.After(5 * time.Second):
				return nil
			case <-ctx.Done():
				return errOne
			}
		}}}, service.Log(quietLog))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAPartThatIsBeingKilledIsNotAskedToStopForARestart(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var n atomic.Int32
		s := service.New([]service.Part{
			{Name: "late", Restart: service.OnFailure, ReadyWithin: time.Second, Run: func(ctx context.Context, ready func()) error {
				<-ctx.Done()
				time.Sleep(5 * time.Second)
				return nil
			}},
			{Name: "fails", Restart: service.OnFailure, Run: first(&n, 2*time.Second, failing(errOne))},
		}, service.OneForAll, service.Observe(j.observe), service.SlowAfter(braid.Forever))
		time.AfterFunc(6500*time.Millisecond, func() { s.Kill(nil) })
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		for _, e := range j.all {
			if e.Part == "late" && e.Attempt == 1 && e.Phase == service.PhaseStopping {
				t.Errorf("there is %v", e)
			}
			if e.Delay != 0 {
				t.Errorf("the delay is %v at %v", e.Delay, e)
			}
		}
	})
}

func TestAServiceBelowThatIsKilledKnowsThatItsParentDidIt(t *testing.T) {
	for range 10 { // it hears of it in two ways
		in(t, func(t *testing.T, j *journal) {
			s := service.New([]service.Part{{Name: "sub", Run: service.Supervise([]service.Part{{Name: "a", Run: untilKilled}}, service.Observe(j.observe))}},
				service.Log(quietLog))
			time.AfterFunc(time.Second, func() { s.Kill(errWhy) })
			if err := s.Run(t.Context()); err != nil {
				t.Error(err)
			}
			if r := j.reason(); r == nil || r.By != service.ByParent {
				t.Errorf("the reason is %v", r)
			}
		})
	}
}

func TestStopIsNotCalledForAPartThatHasEndedAlready(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		called := false
		s := service.New([]service.Part{
			{Name: "talks", Run: func(ctx context.Context, ready func()) error {
				ready()
				service.Report(ctx, errOne)
				<-service.Stopping(ctx)
				return nil
			}},
			{Name: "a", Run: ends(2*time.Second, failing(nil)), Stop: func(context.Context) error {
				called = true
				return nil
			}},
		}, service.Observe(func(e service.Event) {
			if e.Phase == service.PhaseRunning && e.Err != nil {
				time.Sleep(4 * time.Second) // the stop and the end are heard of together
			}
		}))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil || called {
			t.Errorf("that Stop was called is %v, and the error %v", called, err)
		}
	})
}

func TestASoftContextThatIsLetGoOfIsNotKept(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		heap := func() int64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			ready()
			before := heap()
			for range 20_000 {
				_, cancel := service.Soft(ctx)
				cancel()
			}
			if grown := heap() - before; grown > 500_000 {
				t.Errorf("it keeps %d bytes", grown)
			}
			return nil
		}}}, service.Log(quietLog))
		if err != nil {
			t.Error(err)
		}
	})
}
