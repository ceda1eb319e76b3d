package service_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file lets random services of random parts do random things, and checks
// in their events what must hold for any.

// wild makes a part that does whatever it likes, but ends when its context dies.
func wild(rnd *rand.Rand, alive *atomic.Int32) run {
	up, life, down := rnd.IntN(3), rnd.IntN(60), rnd.IntN(5)
	how := rnd.IntN(7)
	return func(ctx context.Context, ready func()) error {
		alive.Add(1)
		defer alive.Add(-1)
		if braid.Sleep(ctx, time.Duration(up)*time.Second) != nil {
			return ctx.Err()
		}
		if how != 5 {
			ready()
		}
		select {
		case <-time.After(time.Duration(life) * time.Second):
		case <-service.Stopping(ctx):
			if how == 6 { // which it ignores
				<-ctx.Done()
			}
			_ = braid.Sleep(ctx, time.Duration(down)*time.Second)
			if how == 3 {
				return errTwo
			}
			return ctx.Err()
		}
		switch how {
		case 0:
			return nil
		case 1:
			panic(errOne)
		case 2:
			goexit()
		}
		return errOne
	}
}

func TestWhatHoldsForAnyServiceUnderAnyLoad(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			var alive atomic.Int32
			parts := make([]service.Part, 1+rnd.IntN(8))
			for i := range parts {
				p := service.Part{Name: fmt.Sprint("p", i), Restart: service.Restart(rnd.IntN(3)), Run: wild(rnd, &alive)}
				for k := range i {
					if rnd.IntN(3) == 0 {
						p.Needs = append(p.Needs, fmt.Sprint("p", k))
					}
				}
				if rnd.IntN(3) == 0 {
					p.Backoff = service.Backoff{Delay: time.Duration(rnd.IntN(10)) * time.Second, Factor: 2}
				}
				if rnd.IntN(3) == 0 {
					p.ReadyWithin = 2 * time.Second
				}
				if rnd.IntN(3) == 0 {
					p.Grace = time.Duration(1+rnd.IntN(4)) * time.Second
				}
				if rnd.IntN(4) == 0 {
					p.Stop = func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }
				}
				if rnd.IntN(5) == 0 {
					sub := []service.Part{{Name: "x", Restart: service.Restart(rnd.IntN(3)), Run: wild(rnd, &alive)}, {Name: "y", Needs: []string{"x"}, Run: wild(rnd, &alive)}}
					p.Run = service.Supervise(sub, service.Strategy(rnd.IntN(3)), service.Log(quietLog))
				}
				parts[i] = p
			}
			rnd.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
			v := newVerifier(parts)
			s := service.New(parts, service.Strategy(rnd.IntN(3)), service.Intensity(rnd.IntN(20), time.Minute), service.Grace(8*time.Second), service.Observe(v.see))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			end := time.Duration(rnd.IntN(100)) * time.Second
			stop := time.AfterFunc(end, []func(){func() { s.Stop(errWhy) }, func() { s.Kill(errWhy) }, cancel}[rnd.IntN(3)])
			err := s.Run(ctx)
			stop.Stop()
			if n := alive.Load(); n != 0 {
				t.Errorf("seed %d: %d functions run on", seed, n)
			}
			for _, wrong := range v.wrong {
				t.Errorf("seed %d: %s", seed, wrong)
			}
			v.atTheEnd(t, seed, err)
			if took := time.Since(v.start); took > end+9*time.Second {
				t.Errorf("seed %d: it took %v although it was stopped after %v", seed, took, end)
			}
		})
	}
}

// A verifier checks the events of a service as they come.
type verifier struct {
	start  time.Time
	needs  map[string][]string
	phase  map[string]service.Phase
	done   map[string]bool // ended in peace
	whole  service.Phase
	reason *service.Reason
	last   service.Event
	fails  int // since the stop
	wrong  []string
}

func newVerifier(parts []service.Part) *verifier {
	v := &verifier{start: time.Now(), needs: map[string][]string{}, phase: map[string]service.Phase{}, done: map[string]bool{}}
	for _, p := range parts {
		v.needs[p.Name] = p.Needs
	}
	return v
}

func (v *verifier) lives(part string) bool {
	switch v.phase[part] {
	case service.PhaseStarting, service.PhaseRunning, service.PhaseStopping, service.PhaseKilling:
		return true
	}
	return false
}

// needed reports whether some part that lives needs this one, directly or not.
func (v *verifier) needed(part string) bool {
	for other, needs := range v.needs {
		if slices.Contains(needs, part) && (v.lives(other) || v.needed(other)) {
			return true
		}
	}
	return false
}

func (v *verifier) see(e service.Event) {
	complain := func(format string, args ...any) {
		v.wrong = append(v.wrong, fmt.Sprintf("%v %v: ", e.At.Sub(v.start), e)+fmt.Sprintf(format, args...))
	}
	v.last = e
	if v.reason != nil && e.Reason != v.reason {
		complain("the reason has changed")
	}
	v.reason = e.Reason
	if e.Part == "" {
		if e.Phase < v.whole {
			complain("the service was %v", v.whole)
		}
		v.whole = e.Phase
		if e.Phase == service.PhaseStopped {
			for part := range v.needs {
				if v.lives(part) {
					complain("%s is %v", part, v.phase[part])
				}
			}
		}
		return
	}
	switch e.Phase {
	case service.PhaseStarting:
		if v.lives(e.Part) {
			complain("it lives already")
		}
		if v.reason != nil {
			complain("it starts in a service that stops")
		}
		for _, need := range v.needs[e.Part] {
			if v.phase[need] != service.PhaseRunning && !v.done[need] {
				complain("what it needs, %s, is %v", need, v.phase[need])
			}
		}
		v.done[e.Part] = false
	case service.PhaseStopping:
		if v.needed(e.Part) {
			complain("it is needed")
		}
	case service.PhaseStopped:
		if v.reason == nil && e.Err == nil && v.lives(e.Part) {
			v.done[e.Part] = true
		}
		if v.whole >= service.PhaseStopping && e.Err != nil {
			v.fails++
		}
	}
	v.phase[e.Part] = e.Phase
}

func (v *verifier) atTheEnd(t *testing.T, seed uint64, err error) {
	if v.last.Part != "" || v.last.Phase != service.PhaseStopped || v.last.Err != err || v.reason == nil {
		t.Errorf("seed %d: the last event is %v", seed, v.last)
		return
	}
	var se *service.Error
	if err != nil && (!errors.As(err, &se) || se.Reason != v.reason) {
		t.Errorf("seed %d: the error is %T, %v", seed, err, err)
	}
	failed := v.reason.By == service.ByFailure || v.reason.By == service.ByContext || v.fails > 0
	if failed != (err != nil) {
		t.Errorf("seed %d: %v, %d failures since, and the error is %v", seed, v.reason, v.fails, err)
	}
	if v.reason.By == service.ByFailure && !errors.Is(err, v.reason.Err) && !errors.Is(err, service.ErrTooManyRestarts) {
		t.Errorf("seed %d: %v is not in %v", seed, v.reason, err)
	}
}
