package temporal

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/braid-go/braid/engine"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file is a worker: a process that runs the tasks of package engine which
// its program has defined.

// A WorkerOption is an option of [Serve] and [Register].
type WorkerOption interface{ applyToWorker(*workerConfig) }

type workerConfig struct {
	atMost int
	grace  time.Duration
	seen   uint32
	also   []func(worker.Registry)
	store  Store
}

const (
	seenAtMost uint32 = 1 << iota
	seenWorkerGrace
	seenFanStore
)

type atMostOption int

// AtMost lets at most n tasks run at once in the worker, whatever jobs they are of.
// Without it as many run as jobs ask for. It panics if n is less than one.
func AtMost(n int) WorkerOption {
	if n < 1 {
		panic("braid: AtMost must be at least 1")
	}
	return atMostOption(n)
}

func (o atMostOption) applyToWorker(c *workerConfig) {
	once(&c.seen, seenAtMost, "AtMost")
	c.atMost = int(o)
}

func (o graceOption) applyToWorker(c *workerConfig) {
	once(&c.seen, seenWorkerGrace, "Grace")
	c.grace = time.Duration(o)
}

type alsoOption func(worker.Registry)

// Also registers workflows and activities of the program's own with the worker.
func Also(register func(worker.Registry)) WorkerOption {
	if register == nil {
		panic("braid: Also called with a nil function")
	}
	return alsoOption(register)
}

func (o alsoOption) applyToWorker(c *workerConfig) { c.also = append(c.also, o) }

type fanStoreOption struct{ Store }

// FanStore has the worker take part in what [FanMap] and [FanSettle] start, with
// their lists in that [Store], which all workers of the queue must have. It panics
// if store is nil.
func FanStore(store Store) WorkerOption {
	if store == nil {
		panic("braid: FanStore called with a nil Store")
	}
	return fanStoreOption{store}
}

func (o fanStoreOption) applyToWorker(c *workerConfig) {
	once(&c.seen, seenFanStore, "FanStore")
	c.store = o.Store
}

func workerConfigOf(opts []WorkerOption) workerConfig {
	c := workerConfig{grace: 30 * time.Second}
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToWorker(&c)
	}
	return c
}

// Serve takes work from the queue until ctx is dead: it runs the tasks that
// package engine has defined in this program, and the workflows of [Engine]'s jobs. Then
// it takes no more, lets what runs go on for the [Grace] (30 s without that), cancels
// what is left, which another worker will do again, and returns when every task
// has ended. The error says why it could not begin to serve, or what ended it
// before ctx did; else it is nil. The client should have a [FailureConverter].
//
// A program without any task is refused: what it waits for cannot come. Serve
// panics if ctx or c is nil or the queue has no name.
func Serve(ctx context.Context, c client.Client, queue string, opts ...WorkerOption) error {
	if ctx == nil || c == nil || queue == "" {
		panic("braid: Serve called with a nil context or client, or without a queue")
	}
	cfg := workerConfigOf(opts)
	if len(engine.Names()) == 0 && len(cfg.also) == 0 {
		return fmt.Errorf("braid: this program defines no task: a worker would wait for nothing")
	}
	if ctx.Err() != nil {
		return nil //braid:ignore swallowed to serve until ctx dies is all that was asked for
	}
	options := worker.Options{
		WorkerStopTimeout:                cfg.grace,
		MaxHeartbeatThrottleInterval:     beat,
		DefaultHeartbeatThrottleInterval: beat,
		DisableRegistrationAliasing:      true,
		Interceptors:                     []interceptor.WorkerInterceptor{Interceptor()},
	}
	if cfg.atMost > 0 {
		options.MaxConcurrentActivityExecutionSize = min(cfg.atMost, 1000) // each has a task at least
	}
	fatal := make(chan error, 1)
	options.OnFatalError = func(err error) {
		select {
		case fatal <- err:
		default:
		}
	}
	w := worker.New(c, queue, options)
	running := register(w, cfg)
	if err := w.Start(); err != nil {
		return fmt.Errorf("braid: the worker cannot serve the queue %s: %w", queue, err)
	}
	var err error
	select {
	case <-ctx.Done():
		w.Stop()
	case err = <-fatal: // the SDK stops it by itself
		err = fmt.Errorf("braid: the worker of the queue %s has ended: %w", queue, err)
	}
	running.Wait()
	return err
}

// Register adds what [Serve] runs to a worker that the program makes itself: the
// tasks that package engine has defined, and the workflows of [Engine]'s jobs. Of
// the options [AtMost] and [Also] count. The worker should tell of its tasks once a second:
// its MaxHeartbeatThrottleInterval says how late a cancel may reach them.
func Register(r worker.Registry, opts ...WorkerOption) {
	if r == nil {
		panic("braid: Register called with a nil registry")
	}
	register(r, workerConfigOf(opts))
}

// register gives what counts the activities that run.
func register(r worker.Registry, cfg workerConfig) *sync.WaitGroup {
	w := newParts(cfg.atMost)
	r.RegisterWorkflowWithOptions(runJob, workflow.RegisterOptions{Name: jobWorkflow})
	r.RegisterActivityWithOptions(w.batch, activity.RegisterOptions{Name: batchActivity})
	if cfg.store != nil {
		registerFan(r, cfg.store, w)
	}
	for _, register := range cfg.also {
		register(r)
	}
	return &w.running
}
