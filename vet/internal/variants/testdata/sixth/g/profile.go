package g

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the handler drops the group's error and answers 200 with what may be half a profile
func (s *web) profile(w http.ResponseWriter, r *http.Request) {
	user := r.PathValue("user")
	if user == "" {
		http.Error(w, "no user", http.StatusBadRequest)
		return
	}
	var p profile
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		p.Name, err = s.store.Name(ctx, user)
		return err
	})
	g.Go(func() (err error) {
		p.Avatar, err = s.store.Avatar(ctx, user)
		return err
	})
	_ = g.Wait()
	s.reply(w, p)
}

// fine: if the group has failed the handler logs it and answers with an error
func (s *web) profileOK(w http.ResponseWriter, r *http.Request) {
	user := r.PathValue("user")
	if user == "" {
		http.Error(w, "no user", http.StatusBadRequest)
		return
	}
	var p profile
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		p.Name, err = s.store.Name(ctx, user)
		return err
	})
	g.Go(func() (err error) {
		p.Avatar, err = s.store.Avatar(ctx, user)
		return err
	})
	if err := g.Wait(); err != nil {
		s.log.Error("profile", "user", user, "err", err)
		http.Error(w, "profile store unavailable", http.StatusBadGateway)
		return
	}
	s.reply(w, p)
}

// want-rule (g): the deferred Close of the group has the error of a lost lease, and it is dropped
func (m *migrator) migrate(ctx context.Context, schema string) (err error) {
	l, err := m.locks.Acquire(ctx, "migrate/"+schema)
	if err != nil {
		return fmt.Errorf("lock %s: %w", schema, err)
	}
	g, ctx := braid.Open(ctx, braid.Name("migrate"))
	defer g.Close()
	g.Go(l.Keep, braid.Background)

	for n, step := range m.steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d of %s: %w", n, schema, err)
		}
		m.log.InfoContext(ctx, "migrated", "schema", schema, "step", n)
	}
	return nil
}

// fine: the deferred Close adds what the group failed with to the result
func (m *migrator) migrateOK(ctx context.Context, schema string) (err error) {
	l, err := m.locks.Acquire(ctx, "migrate/"+schema)
	if err != nil {
		return fmt.Errorf("lock %s: %w", schema, err)
	}
	g, ctx := braid.Open(ctx, braid.Name("migrate"))
	defer func() { err = errors.Join(err, g.Close()) }()
	g.Go(l.Keep, braid.Background)

	for n, step := range m.steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d of %s: %w", n, schema, err)
		}
		m.log.InfoContext(ctx, "migrated", "schema", schema, "step", n)
	}
	return nil
}

// want-rule (g): the closed channel tells that the flushes have ended but not that one has failed, and the journal counts as flushed
func (j *journal) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, j.drain)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	for _, s := range j.segments {
		g.Go(func() error { return j.flush(gctx, s) })
	}

	done := make(chan struct{})
	go func() {
		defer close(done)
		g.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		j.log.Warn("shutdown waits for the disk", "cause", context.Cause(ctx))
	}
	<-done
	return ctx.Err()
}

// fine: the goroutine hands the group's error over a buffered channel, and both ways out return it
func (j *journal) shutdownOK(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, j.drain)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	for _, s := range j.segments {
		g.Go(func() error { return j.flush(gctx, s) })
	}

	done := make(chan error, 1)
	go func() {
		done <- g.Wait()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		j.log.Warn("shutdown waits for the disk", "cause", context.Cause(ctx))
	}
	return <-done
}

// want-rule (g): each batch's error overwrites that of the batch before, so only the last one counts
func (l *loader) load(ctx context.Context, items []item) (n int, err error) {
	for batch := range slices.Chunk(items, l.batch) {
		p := pool.New().WithContext(ctx).WithMaxGoroutines(l.limit)
		for _, it := range batch {
			p.Go(func(ctx context.Context) error {
				if err := l.client.Put(ctx, it); err != nil {
					return fmt.Errorf("put %s: %w", it.ID, err)
				}
				return nil
			})
		}
		err = p.Wait()
		n += len(batch)
	}
	return n, err
}

// fine: the first batch that fails ends the loop, and its error is returned
func (l *loader) loadOK(ctx context.Context, items []item) (n int, err error) {
	for batch := range slices.Chunk(items, l.batch) {
		p := pool.New().WithContext(ctx).WithMaxGoroutines(l.limit)
		for _, it := range batch {
			p.Go(func(ctx context.Context) error {
				if err := l.client.Put(ctx, it); err != nil {
					return fmt.Errorf("put %s: %w", it.ID, err)
				}
				return nil
			})
		}
		if err = p.Wait(); err != nil {
			return n, err
		}
		n += len(batch)
	}
	return n, nil
}

// want-rule (g): the failures of the round, which Each returns, are dropped
func (g *gossiper) run(ctx context.Context) error {
	tick := time.NewTicker(g.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		peers := g.peers()
		if len(peers) == 0 {
			g.log.InfoContext(ctx, "no peers yet")
			continue
		}
		braid.Each(ctx, peers, g.exchange, braid.Limit(3), braid.Supervised)
	}
}

// fine: a round that was cut short ends the loop, and the failures of any other are logged on purpose, since the next round makes up for them
func (g *gossiper) runOK(ctx context.Context) error {
	tick := time.NewTicker(g.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		peers := g.peers()
		if len(peers) == 0 {
			g.log.InfoContext(ctx, "no peers yet")
			continue
		}
		if err := braid.Each(ctx, peers, g.exchange, braid.Limit(3), braid.Supervised); err != nil {
			if ctx.Err() != nil {
				return err
			}
			// A peer that is down now is tried again in the next round.
			g.log.WarnContext(ctx, "gossip round", "err", err)
		}
	}
}
