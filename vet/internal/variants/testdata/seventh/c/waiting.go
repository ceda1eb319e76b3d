package c

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// part of Await: pauses, twice as long each time
func (w *Waiter) rest(n int) {
	time.Sleep(min(w.pause<<n, w.max))
}

// want-rule (c): rest is a time.Sleep of up to w.max, which goes on when the context has ended
func (w *Waiter) Await(ctx context.Context, id string) error {
	for n := 0; ; n++ {
		switch st, err := w.builds.Status(ctx, id); {
		case err != nil:
			return fmt.Errorf("build %s: %w", id, err)
		case st == Done:
			return nil
		case st == Queued:
			slog.DebugContext(ctx, "still queued", "build", id)
		}
		w.rest(min(n, 10))
	}
}

// part of AwaitOK: pauses, twice as long each time, or until ctx is done
func (w *Waiter) restOK(ctx context.Context, n int) error {
	t := time.NewTimer(min(w.pause<<n, w.max))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// fine: the pause ends with the context
func (w *Waiter) AwaitOK(ctx context.Context, id string) error {
	for n := 0; ; n++ {
		switch st, err := w.builds.Status(ctx, id); {
		case err != nil:
			return fmt.Errorf("build %s: %w", id, err)
		case st == Done:
			return nil
		case st == Queued:
			slog.DebugContext(ctx, "still queued", "build", id)
		}
		if err := w.restOK(ctx, min(n, 10)); err != nil {
			return fmt.Errorf("build %s: %w", id, err)
		}
	}
}

// want-rule (c): each task first receives from time.After, and a cancelled group has to sit this out
func (s *Shards) Refresh(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, shard := range s.list {
		g.Go(func() error {
			// Not all at once.
			<-time.After(time.Duration(i) * s.gap)
			if err := shard.Refresh(ctx); err != nil {
				return fmt.Errorf("shard %d: %w", i, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: what is received from time.After is received in a select with the group's context
func (s *Shards) RefreshOK(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, shard := range s.list {
		g.Go(func() error {
			// Not all at once.
			select {
			case <-time.After(time.Duration(i) * s.gap):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if err := shard.Refresh(ctx); err != nil {
				return fmt.Errorf("shard %d: %w", i, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (c): the select waits for the worker or for the queue's end, and not for the context's
func (q *Queue) Submit(ctx context.Context, item string) (err error) {
	o := Order{Item: item}
	if o.User, err = q.userOf(ctx); err != nil {
		return fmt.Errorf("submit %s: %w", item, err)
	}
	select {
	case q.orders <- o:
	case <-q.closed:
		err = ErrClosed
	}
	return err
}

// fine: the select waits for the context too
func (q *Queue) SubmitOK(ctx context.Context, item string) (err error) {
	o := Order{Item: item}
	if o.User, err = q.userOf(ctx); err != nil {
		return fmt.Errorf("submit %s: %w", item, err)
	}
	select {
	case q.orders <- o:
	case <-q.closed:
		err = ErrClosed
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return err
}

// want-rule (c): the range over the ticker's channel sees the context's end only at the next tick, an interval later
func (r *Reporter) Run(ctx context.Context) error {
	t := time.NewTicker(r.every)
	defer t.Stop()
	for range t.C {
		if err := r.push(ctx); err != nil {
			return fmt.Errorf("push: %w", err)
		}
	}
	return nil
}

// fine: between two ticks the context is waited for
func (r *Reporter) RunOK(ctx context.Context) error {
	t := time.NewTicker(r.every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := r.push(ctx); err != nil {
			return fmt.Errorf("push: %w", err)
		}
	}
}

// want-rule (c): the tunnels are waited for with a WaitGroup, however long ago the shutdown's context has ended
func (gw *Gateway) Shutdown(ctx context.Context) error {
	err := gw.http.Shutdown(ctx)
	gw.tunnels.Wait()
	return errors.Join(err, gw.flush(ctx))
}

// fine: that all slots can be had shows that no tunnel is open, and Acquire gives up with the context
func (gw *Gateway) ShutdownOK(ctx context.Context) error {
	err := gw.http.Shutdown(ctx)
	if serr := gw.slots.Acquire(ctx, maxTunnels); serr != nil {
		return errors.Join(err, fmt.Errorf("tunnels left: %w", serr))
	}
	return errors.Join(err, gw.flush(ctx))
}

// want-rule (c): a select with a default that only polls spins until a note comes, and never looks at the context
func (in *Inbox) Next(ctx context.Context) (Note, error) {
	for {
		select {
		case raw, ok := <-in.raw:
			if !ok {
				return Note{}, io.EOF
			}
			return in.decode(ctx, raw)
		default:
			in.polls.Add(1)
			runtime.Gosched()
		}
	}
}

// fine: the select has no default and waits for a note or for the context's end
func (in *Inbox) NextOK(ctx context.Context) (Note, error) {
	in.polls.Add(1)
	select {
	case raw, ok := <-in.raw:
		if !ok {
			return Note{}, io.EOF
		}
		return in.decode(ctx, raw)
	case <-ctx.Done():
		return Note{}, context.Cause(ctx)
	}
}
