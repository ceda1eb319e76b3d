package d

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"syscall"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (d): a join is never identical to one of its errors, so the case for a closed pipe is dead
func (p *Pipe) Close() error {
	switch err := errors.Join(p.w.Close(), p.r.Close()); err {
	case nil, io.ErrClosedPipe:
		return nil
	default:
		return err
	}
}

// fine: each single error is compared before the two are joined
func (p *Pipe) CloseOK() error {
	closed := func(err error) error {
		switch err {
		case io.ErrClosedPipe:
			return nil
		default:
			return err
		}
	}
	return errors.Join(closed(p.w.Close()), closed(p.r.Close()))
}

// want-rule (d): the pool's error is a join of what the shards failed with, which the type switch's case never takes
func (c *Cluster) SyncAll(ctx context.Context) error {
	p := pool.New().WithErrors()
	for i, s := range c.shards {
		p.Go(func() error {
			if err := s.Sync(ctx); err != nil {
				return &ShardError{i, err}
			}
			return nil
		})
	}
	err := p.Wait()
	switch e := err.(type) {
	case *ShardError:
		c.down[e.Shard] = true
	}
	return err
}

// fine: the type switch looks at each of the errors at the ends of the tree
func (c *Cluster) SyncAllOK(ctx context.Context) error {
	p := pool.New().WithErrors()
	for i, s := range c.shards {
		p.Go(func() error {
			if err := s.Sync(ctx); err != nil {
				return &ShardError{i, err}
			}
			return nil
		})
	}
	err := p.Wait()
	for _, leaf := range leaves(err) {
		switch e := leaf.(type) {
		case *ShardError:
			c.down[e.Shard] = true
		}
	}
	return err
}

// want-rule (d): errors.Unwrap of a join is nil, so the loop ends at the first node and the root is never a cause
func RemoveAll(paths ...string) error {
	var errs []error
	for _, p := range paths {
		errs = append(errs, os.Remove(p))
	}
	err := errors.Join(errs...)
	for e := err; e != nil; e = errors.Unwrap(e) {
		if e == syscall.EACCES {
			slog.Error("remove: run as another user", "err", err)
		}
	}
	return err
}

// fine: the loop unwraps the single errors, none of which is a join
func RemoveAllOK(paths ...string) error {
	var errs []error
	for _, p := range paths {
		err := os.Remove(p)
		for e := err; e != nil; e = errors.Unwrap(e) {
			if e == syscall.EACCES {
				slog.Error("remove: run as another user", "err", err)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// want-rule (d): errors.As finds one of the shards that failed, and the others are not marked as down
func (c *Cluster) Write(ctx context.Context, key string, value []byte) error {
	var errs []error
	for i, s := range c.shards {
		if err := s.Write(ctx, key, value); err != nil {
			errs = append(errs, &ShardError{Shard: i, Err: err})
		}
	}
	err := errors.Join(errs...)
	if se := (*ShardError)(nil); errors.As(err, &se) {
		c.down[se.Shard] = true
	}
	return err
}

// fine: each shard is marked as down when its error is made; errors.As only asks whether there is any
func (c *Cluster) WriteOK(ctx context.Context, key string, value []byte) error {
	var errs []error
	for i, s := range c.shards {
		if err := s.Write(ctx, key, value); err != nil {
			c.down[i] = true
			errs = append(errs, &ShardError{Shard: i, Err: err})
		}
	}
	err := errors.Join(errs...)
	if se := (*ShardError)(nil); errors.As(err, &se) {
		c.degraded = true
	}
	return err
}

// want-rule (d): a join is no net.Error, so the assertion fails even if both were timeouts
func (f *Fanout) Both(ctx context.Context, body []byte) (retry bool, err error) {
	err = errors.Join(
		f.remotes[0].Send(ctx, body),
		f.remotes[1].Send(ctx, body),
	)
	if ne, ok := err.(net.Error); ok {
		retry = ne.Timeout()
	}
	return retry, err
}

// fine: each error is asserted by itself, and all that there are have to be timeouts
func (f *Fanout) BothOK(ctx context.Context, body []byte) (retry bool, err error) {
	errs := [...]error{
		f.remotes[0].Send(ctx, body),
		f.remotes[1].Send(ctx, body),
	}
	err = errors.Join(errs[:]...)
	retry = err != nil
	for _, e := range errs {
		if ne, ok := e.(net.Error); e != nil && (!ok || !ne.Timeout()) {
			retry = false
		}
	}
	return retry, err
}
