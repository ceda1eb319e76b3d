package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// A queue is a part with a method for Run.
type queue struct{ mail chan string }

func (q *queue) run(ctx context.Context, ready func()) error {
	ready()
	for {
		select {
		case to := <-q.mail:
			fmt.Println("mail to", to)
		case <-service.Stopping(ctx):
			fmt.Println("queue: no loose ends")
			return nil
		}
	}
}

func ExampleRun() {
	q := &queue{mail: make(chan string)}
	err := service.Run(context.Background(), []service.Part{
		{Name: "queue", Run: q.run, Restart: service.OnFailure},
		{Name: "shop", Needs: []string{"queue"}, Run: service.Func(func(ctx context.Context) error {
			q.mail <- "ann"
			q.mail <- "bob"
			return errors.New("the shop has burnt down") // and is Never restarted
		})},
	}, service.Name("town"), service.Grace(10*time.Second), service.Intensity(3, time.Minute), service.Observe(func(service.Event) {}))
	fmt.Println(err)
	// Output:
	// mail to ann
	// mail to bob
	// queue: no loose ends
	// town/shop: the shop has burnt down
}

func ExamplePart() {
	// What others need is ready before they start, and ends after them.
	part := func(name string, needs ...string) service.Part {
		return service.Part{
			Name:  name,
			Needs: needs,
			Run: func(ctx context.Context, ready func()) error {
				fmt.Println(name, "starts")
				ready()
				<-service.Stopping(ctx)
				fmt.Println(name, "ends")
				return nil
			},
		}
	}
	s := service.New([]service.Part{part("api", "cache"), part("cache", "db"), part("db")},
		service.Observe(func(e service.Event) {
			if e.Part == "" && e.Phase == service.PhaseRunning {
				fmt.Println("all are ready")
			}
		}))
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(s.Run)
		for !s.Status().Ready() {
			if err := braid.Sleep(ctx, time.Millisecond); err != nil {
				return err
			}
		}
		s.Stop(nil)
		return nil
	})
	fmt.Println(err)
	// Output:
	// db starts
	// cache starts
	// api starts
	// all are ready
	// api ends
	// cache ends
	// db ends
	// <nil>
}

func ExampleNew() {
	s := service.New([]service.Part{{Name: "api", Run: service.Func(untilCancelled)}})
	s.Stop(errors.New("second thoughts")) // before it runs: nothing starts
	fmt.Println(s.Run(context.Background()))
	fmt.Println(s.Status().Phase, "-", s.Status().Reason)
	// Output:
	// <nil>
	// stopped - stopped by a call: second thoughts
}

// untilCancelled is a function that knows contexts only.
func untilCancelled(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func ExampleService() {
	var s *service.Service
	s = service.New([]service.Part{{Name: "api", Run: service.Func(untilCancelled)}}, service.Observe(func(e service.Event) {
		fmt.Println(e)
		if e.Part == "" && e.Phase == service.PhaseRunning {
			s.Stop(nil)
		}
	}))
	fmt.Println(s.Run(context.Background()))
	// Output:
	// service: starting
	// api: starting
	// api: running
	// service: running
	// service: stopping, stopped by a call
	// api: stopping
	// api: stopped
	// service: stopped
	// <nil>
}

func ExampleService_Run() {
	s := service.New([]service.Part{{Name: "job", Restart: service.OnFailure, Run: service.Func(func(context.Context) error {
		fmt.Println("done")
		return nil // the work of all parts is done: the service ends
	})}})
	fmt.Println(s.Run(context.Background()), s.Status().Reason)
	// Output:
	// done
	// <nil> stopped by the end of job
}

func ExampleService_Stop() {
	err := service.Run(context.Background(), []service.Part{{Name: "api", Run: func(ctx context.Context, ready func()) error {
		ready()
		service.From(ctx).Stop(errors.New("told to by the admin page"))
		<-service.Stopping(ctx)
		fmt.Println(service.From(ctx).Status().Reason)
		return nil
	}}})
	fmt.Println(err)
	// Output:
	// stopped by a call: told to by the admin page
	// <nil>
}

func ExampleService_Kill() {
	err := service.Run(context.Background(), []service.Part{{Name: "api", Run: func(ctx context.Context, ready func()) error {
		ready()
		service.From(ctx).Kill(nil)
		<-ctx.Done() // at once, without a grace
		return ctx.Err()
	}}})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleService_Status() {
	s := service.New([]service.Part{
		{Name: "api", Needs: []string{"db"}, Run: service.Func(untilCancelled)},
		{Name: "db", Run: service.Func(untilCancelled)},
	})
	for _, p := range s.Status().Parts {
		fmt.Println(p.Name, p.Phase, p.Ready)
	}
	// Output:
	// db waiting false
	// api waiting false
}

func ExampleStatus() {
	st := service.Status{Phase: service.PhaseRunning, Parts: []service.PartStatus{
		{Name: "db", Phase: service.PhaseRestarting, Attempt: 2, Err: errors.New("connection lost")},
		{Name: "api", Phase: service.PhaseRunning, Ready: true, Attempt: 1},
	}}
	for _, p := range st.Parts {
		fmt.Println(p.Name, p.Phase, p.Err)
	}
	// Output:
	// db restarting connection lost
	// api running <nil>
}

func ExampleStatus_Ready() {
	st := service.Status{Phase: service.PhaseStopping, Parts: []service.PartStatus{{Name: "api", Ready: true}}}
	fmt.Println(st.Ready()) // a service that stops wants no requests
	// Output: false
}

func ExampleStatus_NotReady() {
	st := service.Status{Phase: service.PhaseRunning, Parts: []service.PartStatus{{Name: "db"}, {Name: "api", Ready: true}}}
	fmt.Println(st.NotReady())
	// Output: [db]
}

func ExamplePartStatus() {
	p := service.PartStatus{Name: "db", Phase: service.PhaseRunning, Ready: true, Attempt: 3}
	fmt.Printf("%s: %v, started %d times\n", p.Name, p.Phase, p.Attempt)
	// Output: db: running, started 3 times
}

func ExampleFrom() {
	_ = service.Run(context.Background(), []service.Part{{Name: "api", Run: service.Func(func(ctx context.Context) error {
		fmt.Println(service.From(ctx).Status().Service)
		return nil
	})}}, service.Name("shop"))
	fmt.Println(service.From(context.Background()) == nil)
	// Output:
	// shop
	// true
}

func ExampleRestart() {
	attempt := 0
	err := service.Run(context.Background(), []service.Part{{Name: "db", Restart: service.OnFailure, Run: service.Func(func(context.Context) error {
		attempt++
		fmt.Println("attempt", attempt)
		if attempt < 3 {
			return errors.New("connection refused")
		}
		return nil
	})}}, service.Observe(func(service.Event) {}))
	fmt.Println(err) // what was overcome is no error
	// Output:
	// attempt 1
	// attempt 2
	// attempt 3
	// <nil>
}

func ExampleBackoff() {
	attempt := 0
	_ = service.Run(context.Background(), []service.Part{{Name: "db", Restart: service.OnFailure, Run: service.Func(func(context.Context) error {
		if attempt++; attempt < 4 {
			return errors.New("connection refused")
		}
		return nil
	})}}, service.Backoff{Delay: time.Millisecond, Factor: 10, MaxDelay: 50 * time.Millisecond}, service.Observe(func(e service.Event) {
		if e.Phase == service.PhaseRestarting {
			fmt.Println(e)
		}
	}))
	// Output:
	// db: restarting in 1ms (attempt 2): connection refused
	// db: restarting in 10ms (attempt 3): connection refused
	// db: restarting in 50ms (attempt 4): connection refused
}

func ExampleStrategy() {
	dbStarts, allReady := 0, make(chan struct{})
	err := service.Run(context.Background(), []service.Part{
		{Name: "db", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
			dbStarts++
			ready()
			if dbStarts == 1 {
				<-allReady
				return errors.New("connection lost")
			}
			<-service.Stopping(ctx)
			return nil
		}},
		{Name: "api", Needs: []string{"db"}, Run: func(ctx context.Context, ready func()) error {
			ready()
			if dbStarts == 2 {
				service.From(ctx).Stop(nil)
			}
			<-service.Stopping(ctx)
			return nil
		}},
	}, service.RestForOne, service.Observe(func(e service.Event) {
		switch {
		case e.Part == "" && e.Phase == service.PhaseRunning:
			close(allReady)
		case e.Phase == service.PhaseRestarting, e.Phase == service.PhaseStarting && e.Attempt > 1:
			fmt.Println(e)
		}
	}))
	fmt.Println(err)
	// Output:
	// db: restarting (attempt 2): connection lost
	// api: restarting (attempt 2)
	// db: starting (attempt 2)
	// api: starting (attempt 2)
	// <nil>
}

func ExampleIntensity() {
	attempt := 0
	err := service.Run(context.Background(), []service.Part{{Name: "db", Restart: service.Always, Run: service.Func(func(context.Context) error {
		attempt++
		return fmt.Errorf("failure %d", attempt)
	})}}, service.Intensity(2, time.Minute), service.Observe(func(service.Event) {}))
	fmt.Println(errors.Is(err, service.ErrTooManyRestarts))
	for path, failure := range braid.Leaves(err) {
		fmt.Printf("%s: %v\n", path, failure)
	}
	// Output:
	// true
	// db: failure 1
	// db: failure 2
	// db: failure 3
	// : service: too many restarts: db, after 2 within 1m0s
}

func ExampleOption() {
	// Options may be collected, since they are values.
	usual := []service.Option{service.Grace(25 * time.Second), service.Backoff{Delay: time.Second, Factor: 2, MaxDelay: time.Minute}}
	job := service.Part{Name: "job", Restart: service.OnFailure, Run: service.Func(func(context.Context) error { return nil })}
	fmt.Println(service.Run(context.Background(), []service.Part{job}, append(usual, service.Name("nightly"))...))
	// Output: <nil>
}

func ExampleName() {
	fmt.Println(service.Run(context.Background(), []service.Part{{Name: "db", Run: service.Func(func(context.Context) error {
		return errors.New("no space left")
	})}}, service.Name("shop"), service.Observe(func(service.Event) {})))
	// Output: shop/db: no space left
}

func ExampleGrace() {
	var s *service.Service
	s = service.New([]service.Part{{Name: "deaf", Run: func(ctx context.Context, ready func()) error {
		ready()
		s.Stop(nil)
		<-ctx.Done() // and does not look at Stopping
		return ctx.Err()
	}}}, service.Grace(10*time.Millisecond), service.Observe(func(service.Event) {}))
	err := s.Run(context.Background())
	fmt.Println(errors.Is(err, service.ErrCutShort))
	for path := range braid.Leaves(err) {
		fmt.Println("it was", path)
	}
	// Output:
	// true
	// it was deaf
}

func ExampleSlowAfter() {
	release := make(chan struct{})
	var s *service.Service
	s = service.New([]service.Part{{Name: "deaf", Run: func(ctx context.Context, ready func()) error {
		ready()
		s.Kill(nil)
		<-release // not even the death of ctx helps
		return nil
	}}}, service.SlowAfter(time.Millisecond), service.Observe(func(e service.Event) {
		if e.Stall != nil {
			fmt.Println(e.Part, "is blocked somewhere:", e.Stall.Tasks[0].Blocked != "")
			close(release)
		}
	}))
	err := s.Run(context.Background())
	fmt.Println("it is named:", errors.Is(err, service.ErrCutShort))
	// Output:
	// deaf is blocked somewhere: true
	// it is named: true
}

func ExampleObserve() {
	_ = service.Run(context.Background(), []service.Part{{Name: "job", Restart: service.OnFailure, Run: service.Func(func(context.Context) error { return nil })}},
		service.Observe(func(e service.Event) { fmt.Println(e) }))
	// Output:
	// service: starting
	// job: starting
	// job: running
	// service: running
	// job: stopped
	// service: stopping, stopped by the end of job
	// service: stopped
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	attempt := 0
	_ = service.Run(context.Background(), []service.Part{{Name: "db", Restart: service.OnFailure, Run: service.Func(func(context.Context) error {
		if attempt++; attempt == 1 {
			return errors.New("connection refused")
		}
		return nil
	})}}, service.Log(logger))
	// Output:
	// level=WARN msg="service: db: restarting" part=db phase=restarting attempt=2 error="connection refused"
}

func ExampleSignals() {
	err := service.Run(context.Background(), []service.Part{{Name: "api", Run: func(ctx context.Context, ready func()) error {
		ready()
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := self.Signal(os.Interrupt); err != nil { // Ctrl-C
			return err
		}
		<-service.Stopping(ctx)
		fmt.Println(service.From(ctx).Status().Reason)
		return nil
	}}}, service.Signals(os.Interrupt))
	fmt.Println(err)
	// Output:
	// stopped by signal interrupt
	// <nil>
}

func ExampleSignalsFrom() {
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	err := service.Run(context.Background(), []service.Part{{Name: "api", Run: service.Func(untilCancelled)}}, service.SignalsFrom(signals))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleStopping() {
	jobs := make(chan string, 1)
	jobs <- "a job"
	_ = service.Run(context.Background(), []service.Part{{Name: "worker", Run: func(ctx context.Context, ready func()) error {
		ready()
		for {
			select {
			case job := <-jobs:
				fmt.Println("did", job)
				service.From(ctx).Stop(nil)
			case <-service.Stopping(ctx):
				return nil // nothing is under way
			}
		}
	}}})
	// Output: did a job
}

func ExampleSoft() {
	_ = service.Run(context.Background(), []service.Part{{Name: "worker", Run: func(ctx context.Context, ready func()) error {
		ready()
		soft, cancel := service.Soft(ctx)
		defer cancel()
		service.From(ctx).Stop(nil)
		err := braid.Sleep(soft, time.Hour) // knows contexts only
		fmt.Println(err)
		fmt.Println(ctx.Err()) // there is time to clean up
		return nil
	}}})
	// Output:
	// stopped by a call
	// <nil>
}

func ExampleReport() {
	_ = service.Run(context.Background(), []service.Part{{Name: "api", Run: service.Func(func(ctx context.Context) error {
		service.Report(ctx, errors.New("one client of many has gone"))
		return nil
	})}}, service.Observe(func(e service.Event) {
		if e.Phase == service.PhaseRunning && e.Err != nil {
			fmt.Println(e)
		}
	}))
	// Output: api: goes on after a failure: one client of many has gone
}

func ExampleEvent() {
	e := service.Event{Service: "shop", Part: "db", Phase: service.PhaseRestarting, Attempt: 2, Delay: time.Second, Err: errors.New("connection lost")}
	fmt.Println(e)
	// Output: shop/db: restarting in 1s (attempt 2): connection lost
}

func ExamplePhase() {
	fmt.Println(service.PhaseStopping, service.PhaseKilling, service.PhaseStopped)
	fmt.Println(service.PhaseStopping < service.PhaseKilling) // in the order of a life
	// Output:
	// stopping killing stopped
	// true
}

func ExampleReason() {
	err := service.Run(context.Background(), []service.Part{{Name: "db", Run: service.Func(func(context.Context) error {
		return errors.New("no space left")
	})}}, service.Observe(func(service.Event) {}))
	var failed *service.Error
	if errors.As(err, &failed) {
		r := failed.Reason
		fmt.Printf("%v, of %s: %v\n", r.By, r.Part, r.Err)
	}
	// Output: a failure, of db: no space left
}

func ExampleInitiator() {
	for _, by := range []service.Initiator{service.ByCall, service.BySignal, service.ByFailure, service.ByEnd, service.ByContext, service.ByParent} {
		fmt.Println("stopped by", by)
	}
	// Output:
	// stopped by a call
	// stopped by a signal
	// stopped by a failure
	// stopped by an end
	// stopped by its context
	// stopped by its parent
}

func ExampleError() {
	err := service.Run(context.Background(), []service.Part{
		{Name: "db", Run: func(ctx context.Context, ready func()) error {
			ready()
			<-service.Stopping(ctx)
			return errors.New("could not flush")
		}},
		{Name: "api", Needs: []string{"db"}, Run: service.Func(func(context.Context) error { return errors.New("bad port") })},
	}, service.Name("shop"), service.Observe(func(service.Event) {}))
	fmt.Println(err)
	for path, failure := range braid.Leaves(err) {
		fmt.Printf("%s: %v\n", path, failure)
	}
	// Output:
	// shop (2 errors): api: bad port; db: could not flush
	// shop/api: bad port
	// shop/db: could not flush
}
