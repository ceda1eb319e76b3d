package d

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"go.uber.org/multierr"
)

// want-rule (d): if one of the joined errors is a cancellation, the real failures beside it are dropped for the context's cause
func (f *Fanout) Broadcast(ctx context.Context, body []byte) error {
	p := pool.New().WithContext(ctx).WithMaxGoroutines(16)
	for _, r := range f.remotes {
		p.Go(func(ctx context.Context) error {
			if err := r.Send(ctx, body); err != nil {
				return fmt.Errorf("%s: %w", r.Host(), err)
			}
			return nil
		})
	}
	err := p.Wait()
	if err != nil && errors.Is(err, context.Canceled) {
		slog.InfoContext(ctx, "broadcast interrupted", "bytes", len(body))
		return fmt.Errorf("broadcast interrupted: %w", context.Canceled)
	}
	if err != nil {
		return fmt.Errorf("broadcast: %w", err)
	}
	return nil
}

// fine: that a cancellation is in the join changes the words only, and all of the join is in what is returned
func (f *Fanout) BroadcastOK(ctx context.Context, body []byte) error {
	p := pool.New().WithContext(ctx).WithMaxGoroutines(16)
	for _, r := range f.remotes {
		p.Go(func(ctx context.Context) error {
			if err := r.Send(ctx, body); err != nil {
				return fmt.Errorf("%s: %w", r.Host(), err)
			}
			return nil
		})
	}
	err := p.Wait()
	if err != nil && errors.Is(err, context.Canceled) {
		slog.InfoContext(ctx, "broadcast interrupted", "bytes", len(body))
		return fmt.Errorf("broadcast interrupted: %w", err)
	}
	if err != nil {
		return fmt.Errorf("broadcast: %w", err)
	}
	return nil
}

// want-rule (d): several remotes may be throttled, and errors.As takes the delay of one of them instead of the longest
func (f *Fanout) Flush(ctx context.Context, body []byte) error {
	if wait := time.Until(f.resume); wait > 0 {
		return fmt.Errorf("flush: held back for %v", wait)
	}
	err := braid.Each(ctx, f.remotes, func(ctx context.Context, r Remote) error {
		return r.Send(ctx, body)
	}, braid.Limit(8), braid.Supervised)
	if err == nil {
		return nil
	}
	var te *ThrottleError
	if errors.As(err, &te) {
		slog.WarnContext(ctx, "flush: throttled", "host", te.Host, "after", te.After)
		f.resume = time.Now().Add(te.After)
	}
	return fmt.Errorf("flush: %w", err)
}

// fine: all errors of the tree are looked at, and the longest delay counts
func (f *Fanout) FlushOK(ctx context.Context, body []byte) error {
	if wait := time.Until(f.resume); wait > 0 {
		return fmt.Errorf("flush: held back for %v", wait)
	}
	err := braid.Each(ctx, f.remotes, func(ctx context.Context, r Remote) error {
		return r.Send(ctx, body)
	}, braid.Limit(8), braid.Supervised)
	if err == nil {
		return nil
	}
	for _, leaf := range braid.Leaves(err) {
		var te *ThrottleError
		if errors.As(leaf, &te) {
			slog.WarnContext(ctx, "flush: throttled", "host", te.Host, "after", te.After)
			if at := time.Now().Add(te.After); at.After(f.resume) {
				f.resume = at
			}
		}
	}
	return fmt.Errorf("flush: %w", err)
}

// want-rule (d): of all errors that were combined only the first one is returned
func (c *Cluster) Seal(ctx context.Context, epoch uint64) error {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		errs error
	)
	for i, s := range c.shards {
		wg.Go(func() {
			if err := s.Sync(ctx); err != nil {
				mu.Lock()
				errs = multierr.Append(errs, &ShardError{i, err})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if list := multierr.Errors(errs); len(list) > 0 {
		return fmt.Errorf("seal %d: %w", epoch, list[0])
	}
	return nil
}

// fine: the first error is for the log line, and what is returned has all
func (c *Cluster) SealOK(ctx context.Context, epoch uint64) error {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		errs error
	)
	for i, s := range c.shards {
		wg.Go(func() {
			if err := s.Sync(ctx); err != nil {
				mu.Lock()
				errs = multierr.Append(errs, &ShardError{i, err})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if list := multierr.Errors(errs); len(list) > 0 {
		slog.ErrorContext(ctx, "seal", "epoch", epoch, "failed", len(list), "first", list[0])
		return fmt.Errorf("seal %d: %w", epoch, errs)
	}
	return nil
}

// want-rule (d): one remote that does not have the object makes the failures of all others count as nothing
func (f *Fanout) Delete(ctx context.Context, id string) error {
	var errs []error
	for _, r := range f.remotes {
		if err := r.Delete(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.Host(), err))
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	switch err := errors.Join(errs...); {
	case errors.Is(err, ErrNotFound):
		// Deleted before.
		return nil
	default:
		return err
	}
}

// fine: whether the object was missing is asked of each remote's own error
func (f *Fanout) DeleteOK(ctx context.Context, id string) error {
	var errs []error
	for _, r := range f.remotes {
		switch err := r.Delete(ctx, id); {
		case errors.Is(err, ErrNotFound):
			// Deleted before.
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", r.Host(), err))
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	return errors.Join(errs...)
}

// want-rule (d): the exit code is looked up under the joined error, which is never a key of the map
func Execute(ctx context.Context, steps []Step) (code int) {
	codes := map[error]int{
		ErrUsage:    64,
		ErrNotFound: 66,
		ErrConflict: 75,
	}
	var failed error
	for _, step := range steps {
		if err := step.Run(ctx); err != nil {
			slog.ErrorContext(ctx, "step failed", "step", step.Name, "err", err)
			failed = errors.Join(failed, err)
			if ctx.Err() != nil {
				break
			}
		}
	}
	if failed == nil {
		return 0
	}
	if c, ok := codes[failed]; ok {
		return c
	}
	return 1
}

// fine: each key is looked for in the joined error, the lowest code counts, and other errors give 1
func ExecuteOK(ctx context.Context, steps []Step) (code int) {
	codes := []struct {
		err  error
		code int
	}{
		{ErrUsage, 64},
		{ErrNotFound, 66},
		{ErrConflict, 75},
	}
	var failed error
	for _, step := range steps {
		if err := step.Run(ctx); err != nil {
			slog.ErrorContext(ctx, "step failed", "step", step.Name, "err", err)
			failed = errors.Join(failed, err)
			if ctx.Err() != nil {
				break
			}
		}
	}
	if failed == nil {
		return 0
	}
	for _, c := range codes {
		if errors.Is(failed, c.err) {
			return c.code
		}
	}
	return 1
}
