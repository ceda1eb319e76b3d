package cancel

import (
	"context"
	"errors"
	"time"
)

// Kept where nobody calls it.

type feed struct {
	name string
	end  context.CancelFunc
}

func openFeed(ctx context.Context, name string) (*feed, error) {
	ctx, cancel := context.WithCancel(ctx) // want `nothing calls what end has: the cancel function of context.WithCancel`
	if err := do(ctx); err != nil {
		cancel()
		return nil, err
	}
	return &feed{name: name, end: cancel}, nil
}

func (f *feed) Close() error { return nil }

type pair struct {
	name string
	stop context.CancelFunc
}

func newPair(ctx context.Context) pair {
	ctx, cancel := context.WithCancel(ctx) // want `nothing calls what stop has`
	go do(ctx)
	return pair{"a", cancel}
}

type jobs struct {
	running map[string]context.CancelFunc
	ends    []context.CancelFunc
}

func newJobs() *jobs { return &jobs{running: map[string]context.CancelFunc{}} }

func (j *jobs) start(ctx context.Context, id string) {
	if _, ok := j.running[id]; ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Hour) // want `nothing calls what running has`
	j.running[id] = cancel
	go do(ctx)
}

func (j *jobs) stop(id string) { delete(j.running, id) }

func keepAll(ctx context.Context, n int) {
	var ends []context.CancelFunc
	for range n {
		ctx, cancel := context.WithCancel(ctx) // want `nothing calls what ends has`
		ends = append(ends, cancel)
		go do(ctx)
	}
	println(len(ends))
}

// Not so.

func (j *jobs) also(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	j.ends = append(j.ends, cancel)
	go do(ctx)
}

func (j *jobs) close() {
	for _, end := range j.ends {
		end()
	}
}

type link struct {
	end context.CancelFunc
}

func openLink(ctx context.Context) *link {
	ctx, cancel := context.WithCancel(ctx)
	go do(ctx)
	return &link{end: cancel}
}

func (l *link) Close() { l.end() }

type handle struct {
	End context.CancelFunc
}

func openHandle(ctx context.Context) *handle {
	ctx, cancel := context.WithCancel(ctx)
	go do(ctx)
	return &handle{End: cancel}
}

func into(ctx context.Context, all map[string]context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	all["a"] = cancel
	go do(ctx)
}

type shared struct {
	all map[string]context.CancelFunc
}

func newShared(all map[string]context.CancelFunc) *shared { return &shared{all: all} }

func (s *shared) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	s.all["a"] = cancel
	go do(ctx)
}

func alias(ctx context.Context, s *shared) {
	all := s.all
	ctx, cancel := context.WithCancel(ctx)
	all["a"] = cancel
	go do(ctx)
}

type free struct {
	end context.CancelFunc
}

func newFree() *free {
	ctx, cancel := context.WithCancel(context.Background())
	go do(ctx)
	return &free{end: cancel}
}

// Another one before the first is called.

func narrowed(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithCancel(ctx) // want `cancel gets another function before this one of context.WithCancel is called`
	if d > 0 {
		ctx, cancel = context.WithTimeout(ctx, d)
	}
	defer cancel()
	return do(ctx)
}

func inTurn(ctx context.Context) error {
	first, cancel := context.WithTimeout(ctx, time.Second) // want `cancel gets another function`
	err := do(first)
	second, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return errors.Join(err, do(second))
}

// Not so.

func deferredBoth(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if d > 0 {
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	return do(ctx)
}

func either(ctx context.Context, d time.Duration) error {
	var cancel context.CancelFunc
	if d > 0 {
		ctx, cancel = context.WithTimeout(ctx, d)
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	return do(ctx)
}

func calledBetween(ctx context.Context) error {
	first, cancel := context.WithTimeout(ctx, time.Second)
	err := do(first)
	cancel()
	if err == nil {
		return nil
	}
	second, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return do(second)
}

func ofNone(d time.Duration) error {
	ctx, cancel := context.WithCancel(context.Background())
	if d > 0 {
		ctx, cancel = context.WithTimeout(context.Background(), d)
	}
	defer cancel()
	return do(ctx)
}

func stopsFirst(ctx context.Context, again <-chan int) error {
	var cancel context.CancelFunc
	stop := func() {
		if cancel != nil {
			cancel()
		}
	}
	defer stop()
	run, cancel := context.WithCancel(ctx)
	go do(run)
	<-again
	stop()
	run, cancel = context.WithCancel(ctx)
	return do(run)
}
