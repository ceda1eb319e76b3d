package j

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/braid-go/braid"
)

// want-rule (j): the handle of TryFork is ignored, so what the levels have freed is missing in the result
func (e *engine) compact(ctx context.Context) (int64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int64, error) {
		for _, lvl := range e.levels {
			if lvl.Pinned() {
				e.log.DebugContext(ctx, "pinned", "level", lvl.Name())
				continue
			}
			if _, err := braid.TryFork(g, lvl.Merge, braid.Name(lvl.Name())); err != nil {
				return 0, fmt.Errorf("compact %s: %w", lvl.Name(), err)
			}
		}
		freed, err := e.sweep(ctx)
		if err != nil {
			return 0, fmt.Errorf("sweep: %w", err)
		}
		e.log.InfoContext(ctx, "compacted", "freed", freed)
		return freed, nil
	}, braid.Name("compact"), braid.Limit(2))
}

// fine: the handles are kept, and what the levels have freed is added up
func (e *engine) compactOK(ctx context.Context) (int64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int64, error) {
		var merges []*braid.Task[int64]
		for _, lvl := range e.levels {
			if lvl.Pinned() {
				e.log.DebugContext(ctx, "pinned", "level", lvl.Name())
				continue
			}
			t, err := braid.TryFork(g, lvl.Merge, braid.Name(lvl.Name()))
			if err != nil {
				return 0, fmt.Errorf("compact %s: %w", lvl.Name(), err)
			}
			merges = append(merges, t)
		}
		freed, err := e.sweep(ctx)
		if err != nil {
			return 0, fmt.Errorf("sweep: %w", err)
		}
		for _, t := range merges {
			n, err := t.Wait(ctx)
			if err != nil {
				return 0, err
			}
			freed += n
		}
		e.log.InfoContext(ctx, "compacted", "freed", freed)
		return freed, nil
	}, braid.Name("compact"), braid.Limit(2))
}

// part of show: draws on a thread that is the surface's for good
func (d *display) draw(ctx context.Context) error {
	// Never unlocked: the surface cannot be taken from the thread again.
	runtime.LockOSThread()
	if err := d.s.MakeCurrent(); err != nil {
		return fmt.Errorf("surface: %w", err)
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case _, ok := <-d.frames:
			if !ok {
				return nil
			}
			if err := d.s.Draw(); err != nil {
				return fmt.Errorf("draw: %w", err)
			}
		}
	}
}

// want-rule (j): the method that is handed to Go keeps its OS thread for good, and Go runs it on a shared goroutine
func (d *display) show(ctx context.Context) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(d.draw, braid.Name("draw"))
		g.Go(d.input, braid.Background)
		d.log.InfoContext(ctx, "display is up")
		return nil
	}, braid.Name("display"))
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	return nil
}

// fine: the goroutine that keeps its OS thread is the task's own, and ends with it
func (d *display) showOK(ctx context.Context) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(d.draw, braid.Name("draw"), braid.OwnGoroutine)
		g.Go(d.input, braid.Background)
		d.log.InfoContext(ctx, "display is up")
		return nil
	}, braid.Name("display"))
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	return nil
}

// want-rule (j): the readers of the blobs are captured by the tasks that save them, and stay open where a task is skipped
func (m *mirror) push(ctx context.Context, mf manifest) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, digest := range [...]string{mf.Config, mf.Layer} {
			rc, size, err := m.local.Open(digest)
			if err != nil {
				return fmt.Errorf("push %s: %w", digest, err)
			}
			if size > m.maxSize {
				return errors.Join(fmt.Errorf("push %s: %d bytes are too many", digest, size), rc.Close())
			}
			m.log.DebugContext(ctx, "push", "digest", digest, "size", size)
			g.Go(func(ctx context.Context) (err error) {
				defer func() { err = errors.Join(err, rc.Close()) }()
				return m.remote.Save(ctx, digest, rc)
			}, braid.Name(digest))
		}
		return nil
	})
}

// fine: each reader belongs to the task that saves it, which closes it whatever comes
func (m *mirror) pushOK(ctx context.Context, mf manifest) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, digest := range [...]string{mf.Config, mf.Layer} {
			rc, size, err := m.local.Open(digest)
			if err != nil {
				return fmt.Errorf("push %s: %w", digest, err)
			}
			if size > m.maxSize {
				return errors.Join(fmt.Errorf("push %s: %d bytes are too many", digest, size), rc.Close())
			}
			m.log.DebugContext(ctx, "push", "digest", digest, "size", size)
			braid.GoWith(g, rc, func(ctx context.Context, rc io.ReadCloser) error {
				return m.remote.Save(ctx, digest, rc)
			}, braid.Name(digest))
		}
		return nil
	})
}

// want-rule (j): a connection that comes after the call was abandoned is not closed by onAbandon and leaks
func (v *vendor) dial(ctx context.Context, dsn string) (vendorConn, error) {
	// The library's open blocks for the TCP timeout of the system, takes no
	// context, and cannot be interrupted: it is left behind if ctx ends first.
	c, err := braid.Abandon(ctx, func() (vendorConn, error) {
		return v.open(dsn)
	}, func(_ vendorConn, err error) {
		if err != nil {
			v.log.Warn("late dial failed", "err", err)
			return
		}
		v.log.Info("late dial done")
	}, braid.Name("dial"))
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return c, nil
}

// fine: a connection that comes too late is closed
func (v *vendor) dialOK(ctx context.Context, dsn string) (vendorConn, error) {
	// The library's open blocks for the TCP timeout of the system, takes no
	// context, and cannot be interrupted: it is left behind if ctx ends first.
	c, err := braid.Abandon(ctx, func() (vendorConn, error) {
		return v.open(dsn)
	}, func(late vendorConn, err error) {
		if err != nil {
			v.log.Warn("late dial failed", "err", err)
			return
		}
		v.log.Info("late dial done", "close", late.Close())
	}, braid.Name("dial"))
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return c, nil
}

// want-rule (j): whether MoveOn's deadline fired is ignored, and a list that was cut short is cached as the whole one
func (s *searcher) search(ctx context.Context, q string) ([]hit, error) {
	var hits []hit
	_, err := braid.MoveOn(ctx, s.budget, func(ctx context.Context) error {
		for n, sh := range s.shards {
			more, err := sh.Search(ctx, q)
			if err != nil {
				return fmt.Errorf("shard %d: %w", n, err)
			}
			hits = append(hits, more...)
		}
		return nil
	}, braid.Name("search"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(b.Score, a.Score) })
	s.cache.Put(q, hits)
	return hits, nil
}

// fine: only a list that was not cut short is cached
func (s *searcher) searchOK(ctx context.Context, q string) ([]hit, error) {
	var hits []hit
	fired, err := braid.MoveOn(ctx, s.budget, func(ctx context.Context) error {
		for n, sh := range s.shards {
			more, err := sh.Search(ctx, q)
			if err != nil {
				return fmt.Errorf("shard %d: %w", n, err)
			}
			hits = append(hits, more...)
		}
		return nil
	}, braid.Name("search"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(b.Score, a.Score) })
	if !fired {
		s.cache.Put(q, hits)
	}
	return hits, nil
}
