package service_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows the ready-made parts that call a function, and services that
// are parts of services.

func TestATickerCallsEveryDAndNeverTwiceAtOnceAndEndsPromptly(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var at []time.Duration
		s := service.New([]service.Part{{Name: "tick", Run: service.Ticker(10*time.Second, func(ctx context.Context) error {
			at = append(at, time.Since(j.start)/time.Second)
			if len(at) == 2 {
				time.Sleep(35 * time.Second)
			}
			return nil
		})}}, service.Observe(j.observe))
		stopAfter(s, 73*time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if want := []time.Duration{10, 20, 55, 60, 70}; !slices.Equal(at, want) {
			t.Errorf("it was called at %d, want %d", at, want)
		}
		if got := time.Since(j.start); got != 73*time.Second {
			t.Errorf("it ended after %v", got)
		}
	})
}

func failOne(context.Context) error { return errOne }

// here gives the place of the line that calls it.
func here() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

func TestReadyMadePartsGoByWhatTheUserWrote(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close() // so that it cannot be served
	pc := reflect.ValueOf(failOne).Pointer()
	_, line := runtime.FuncForPC(pc).FileLine(pc)
	fn := fmt.Sprintf("func_test.go:%d", line)
	http, at := service.HTTPOn(listener, &http.Server{}), here()
	pool, atPool := service.Supervise([]service.Part{{Name: "x", Run: service.Func(failOne)}}, service.Observe(func(service.Event) {})), here()
	for name, part := range map[string]struct {
		run   func(context.Context, func()) error
		place string
	}{
		"func":   {service.Func(failOne), fn},
		"loop":   {service.Loop(failOne), fn},
		"ticker": {service.Ticker(time.Second, failOne), fn},
		"http":   {http, at},
		"pool":   {pool, atPool},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := service.Run(t.Context(), []service.Part{{Name: name, Run: part.run}}, service.Observe(func(service.Event) {}))
			var te *braid.TaskError
			if !errors.As(err, &te) || te.Path() != name || te.Spawned().String() != part.place {
				t.Errorf("%s stands at %v, want %v: %v", name, te.Spawned(), part.place, err)
			}
		})
	}
}

func TestTheEventsOfAServiceWithoutANameGoByThePartThatItIs(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		leaf := func(opts ...service.Option) func(context.Context, func()) error {
			return service.Supervise([]service.Part{{Name: "leaf", Run: untilKilled}}, append(opts, service.Observe(j.observe))...)
		}
		s := service.New([]service.Part{
			{Name: "pool", Run: leaf()},
			{Name: "shard", Needs: []string{"pool"}, Run: service.Supervise([]service.Part{{Name: "inner", Run: leaf(service.Name("mine"))}}, service.Observe(j.observe))},
		}, service.Name("tree"), service.Observe(func(service.Event) {}))
		time.AfterFunc(time.Second, func() { s.Kill(nil) })
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		var names []string
		for _, e := range j.all {
			if e.Phase == service.PhaseRunning && e.Part != "" {
				names = append(names, e.Service+" "+e.Part)
			}
		}
		if want := []string{"tree/pool leaf", "mine leaf", "tree/shard inner"}; !slices.Equal(names, want) {
			t.Errorf("the events are of %q", names)
		}
	})
}

func TestAReportOfAStallNamesTheUsersFunctionAndNotOurs(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "pool", Run: service.Supervise([]service.Part{
			{Name: "deaf", Run: service.Func(func(context.Context) error { time.Sleep(time.Minute); return nil })},
		}, service.Observe(j.observe))}}, service.Observe(j.observe), service.Grace(time.Second))
		stopAfter(s, time.Second)
		_ = s.Run(t.Context())
		var where []string
		for _, e := range j.all {
			if e.Stall != nil {
				where = append(where, e.Stall.Tasks[0].Blocked)
			}
		}
		ours := func(in string) bool { return strings.HasPrefix(in, "braid.") || strings.HasPrefix(in, "service.") }
		users := func(in string) bool { return strings.Contains(in, "func_test.go") && strings.HasSuffix(in, "sleep") }
		if len(where) != 2 || slices.ContainsFunc(where, ours) || !slices.ContainsFunc(where, users) {
			t.Errorf("blocked in %q", where)
		}
	})
}

func TestACallThatIsUnderWayIsFinishedByTheSoftStopAndCutByTheHardOne(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		finished, cut := 0, 0
		s := service.New([]service.Part{
			{Name: "loop", Run: service.Loop(func(ctx context.Context) error {
				time.Sleep(3 * time.Second)
				finished++
				return ctx.Err()
			})},
			{Name: "tick", Run: service.Ticker(time.Second, func(ctx context.Context) error {
				<-ctx.Done()
				cut++
				return ctx.Err()
			})},
		}, service.Observe(j.observe))
		stopAfter(s, 4*time.Second)
		wantFailures(t, s.Run(t.Context()), "tick: service: the part ended only after the hard stop, 10s after it was asked")
		if finished != 2 || cut != 1 {
			t.Errorf("%d calls were finished and %d cut", finished, cut)
		}
	})
}

func TestAnErrorOfALoopOrATickerIsThePartsOwn(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		fails := func(context.Context) error { return errOne }
		wantFailures(t, service.Run(t.Context(), []service.Part{{Name: "a", Run: service.Loop(fails)}}, service.Observe(j.observe)), "a: one went wrong")
		wantFailures(t, service.Run(t.Context(), []service.Part{{Name: "a", Run: service.Ticker(1, fails)}}, service.Observe(j.observe)), "a: one went wrong")
		wantFailures(t, service.Run(t.Context(), []service.Part{{Name: "a", Run: service.Func(fails)}}, service.Observe(j.observe)), "a: one went wrong")
	})
}

func TestASoftContextDiesWhenThePartIsAskedAlsoIfItIsMadeLater(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			type key struct{}
			derived, cancelDerived := context.WithCancel(context.WithValue(ctx, key{}, 1))
			early, cancel := service.Soft(derived)
			defer cancel()
			dropped, drop := service.Soft(ctx)
			drop()
			other, cancelOther := service.Soft(derived)
			defer cancelOther()
			if early.Value(key{}) != 1 || early.Err() != nil || dropped.Err() == nil {
				t.Error("a soft context has not what that it comes from has")
			}
			<-service.Stopping(ctx)
			if early.Err() == nil || context.Cause(early) != error(service.From(ctx).Status().Reason) {
				t.Errorf("the soft context is dead of %v", context.Cause(early))
			}
			late, cancelLate := service.Soft(ctx)
			defer cancelLate()
			if late.Err() == nil || ctx.Err() != nil {
				t.Error("one that was made late is alive, or the part's is dead")
			}
			cancelDerived()
			<-other.Done()
			return nil
		}}}, service.Observe(j.observe))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAServiceWhosePartsAreAllDoneEndsInPeaceByTheLastOfThem(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Restart: service.OnFailure, Run: ends(2*time.Second, failing(nil))},
			{Name: "b", Restart: service.OnFailure, Run: ends(time.Second, failing(nil))},
		}, service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
		wantReason(t, j, err, service.ByEnd, "a", nil)
	})
}

func TestAServiceMayBeAPartOfAService(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "db", Run: obeys(time.Second, time.Second)},
			{Name: "workers", Needs: []string{"db"}, Run: service.Supervise([]service.Part{
				{Name: "one", Run: obeys(time.Second, time.Second)},
				{Name: "two", Needs: []string{"one"}, Run: obeys(time.Second, time.Second)},
			}, service.Name("pool"), service.Observe(j.observe))},
			{Name: "api", Needs: []string{"workers"}, Run: obeys(0, time.Second)},
		}, service.Name("shop"), service.Observe(j.observe))
		time.AfterFunc(10*time.Second, func() { s.Stop(errWhy) })
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		j.want(t, `
			0s shop: starting
			0s shop/db: starting
			0s shop/workers: waiting
			0s shop/api: waiting
			1s shop/db: running
			1s shop/workers: starting
			1s pool: starting
			1s pool/one: starting
			1s pool/two: waiting
			2s pool/one: running
			2s pool/two: starting
			3s pool/two: running
			3s pool: running
			3s shop/workers: running
			3s shop/api: starting
			3s shop/api: running
			3s shop: running
			10s shop: stopping, stopped by a call: why it was stopped
			10s shop/api: stopping
			11s shop/api: stopped
			11s shop/workers: stopping
			11s pool: stopping, stopped by its parent: stopped by a call: why it was stopped
			11s pool/two: stopping
			12s pool/two: stopped
			12s pool/one: stopping
			13s pool/one: stopped
			13s pool: stopped
			13s shop/workers: stopped
			13s shop/db: stopping
			14s shop/db: stopped
			14s shop: stopped`)
	})
}

func TestAServiceThatGivesUpIsRestartedByTheOneAroundItAndItsErrorsComeThrough(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "workers", Restart: service.OnFailure, Run: service.Supervise([]service.Part{
				{Name: "one", Restart: service.OnFailure, Run: ends(time.Second, failing(errOne))},
			}, service.Intensity(2, time.Minute), service.Log(quietLog))},
		}, service.Name("shop"), service.Intensity(1, time.Minute), service.Observe(j.observe))
		if got := time.Since(j.start); got != 6*time.Second {
			t.Errorf("it gave up after %v", got)
		}
		n := 0
		for path, leaf := range braid.Leaves(err) {
			if errors.Is(leaf, errOne) && path == "shop/workers/one" {
				n++
			}
		}
		if n != 6 || !errors.Is(err, service.ErrTooManyRestarts) {
			t.Errorf("there are %d errors in %+v", n, err)
		}
	})
}

func TestAHardStopGoesThroughToTheServicesBelow(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		var inner *journal
		s := service.New([]service.Part{
			{Name: "sub", Run: func(ctx context.Context, ready func()) error {
				inner = newJournal()
				ready()
				return service.Run(ctx, []service.Part{
					{Name: "good", Run: obeys(0, 0)},
					{Name: "bad", Run: untilKilled},
				}, service.Grace(braid.Forever), service.Observe(inner.observe))
			}},
		}, service.Name("top"), service.Grace(3*time.Second), service.Observe(j.observe))
		stopAfter(s, time.Second)
		err := s.Run(t.Context())
		found := false
		for path, leaf := range braid.Leaves(err) {
			found = found || path == "top/sub/bad" && errors.Is(leaf, service.ErrCutShort)
		}
		if !found {
			t.Errorf("the culprit is not in %+v", err)
		}
		if r := inner.reason(); r.By != service.ByParent {
			t.Errorf("the reason below is %v", r)
		}
		if got := time.Since(j.start); got != 4*time.Second {
			t.Errorf("it took %v", got)
		}
	})
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "sub", Run: service.Supervise([]service.Part{{Name: "bad", Run: untilKilled}}, service.Log(quietLog))}}, service.Observe(j.observe))
		time.AfterFunc(time.Second, func() { s.Kill(errWhy) })
		if err := s.Run(t.Context()); err != nil {
			t.Errorf("who was never asked cannot have come too late: %v", err)
		}
	})
}

func TestAServiceThatIsAPartHasTheGraceOfTheOneAround(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "sub", Run: service.Supervise([]service.Part{
			{Name: "a", Run: obeys(0, 50*time.Second)},
		}, service.Log(quietLog))}}, service.Grace(time.Minute), service.Observe(j.observe))
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil || time.Since(j.start) != 51*time.Second {
			t.Errorf("it took %v and gave %v", time.Since(j.start), err)
		}
	})
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{{Name: "sub", Run: service.Supervise([]service.Part{
			{Name: "a", Run: obeys(0, 50*time.Second)},
			{Name: "b", Run: untilKilled},
		}, service.Grace(5*time.Second), service.Log(quietLog))}}, service.Grace(time.Minute), service.Observe(j.observe))
		stopAfter(s, time.Second)
		err := s.Run(t.Context())
		if !errors.Is(err, service.ErrCutShort) {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestAServiceUnderAnotherContextOfItsPartStopsSoftlyWithThat(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{{Name: "sub", Run: func(ctx context.Context, ready func()) error {
			ready()
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := service.Run(ctx, []service.Part{{Name: "a", Run: obeys(0, time.Second)}}, service.Log(quietLog))
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(j.start) != 2*time.Second {
				t.Errorf("the service below ended with %v", err)
			}
			return nil
		}}}, service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAReportIsAnEventAndEndsNothing(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			ready()
			for i := range 200 { // more than are held
				service.Report(ctx, fmt.Errorf("report %d", i))
			}
			return nil
		}}}, service.Observe(j.observe))
		if err != nil {
			t.Error(err)
		}
		text := strings.Join(j.lines, "\n")
		for i := range 200 {
			if want := fmt.Sprintf("0s a: goes on after a failure: report %d", i); !strings.Contains(text, want) {
				t.Fatalf("there is no %q", want)
			}
		}
	})
}

func TestReportBlocksWhileTheObserverIsBehindButNotOnceItsContextIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		sent := 0
		err := service.Run(t.Context(), []service.Part{{Name: "a", Run: func(ctx context.Context, ready func()) error {
			for range 1000 {
				service.Report(ctx, errOne)
				sent++
			}
			return nil
		}, Restart: service.OnFailure}, {Name: "b", Run: func(ctx context.Context, ready func()) error {
			synctest.Wait()
			if sent > 100 {
				t.Errorf("%d reports are held", sent)
			}
			close(release)
			return nil
		}, Restart: service.OnFailure}}, service.Observe(func(e service.Event) {
			if e.Err == errOne {
				<-release
			}
		}))
		if err != nil || sent != 1000 {
			t.Errorf("%v, %d sent", err, sent)
		}
	})
}
