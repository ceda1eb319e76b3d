// Package e holds groups and contexts that get out of their block.
package e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type message struct {
	Topic string
	Body  []byte
}

type handler interface {
	Handle(ctx context.Context, m message) error
}

type broker struct {
	h     handler
	mu    sync.Mutex
	group *braid.Group
	ready bool
}

func (b *broker) Publish(m message) error {
	b.mu.Lock()
	g := b.group
	b.mu.Unlock()
	if g == nil {
		return errors.New("broker: not started")
	}
	return g.TryGo(func(ctx context.Context) error { return b.h.Handle(ctx, m) })
}

// want-rule (e): the group of Run is kept in a field that outlives the block
func (b *broker) Start(ctx context.Context, replay []message) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		b.mu.Lock()
		b.group, b.ready = g, true
		b.mu.Unlock()
		for _, m := range replay {
			if err := b.h.Handle(ctx, m); err != nil {
				return fmt.Errorf("replay %s: %w", m.Topic, err)
			}
		}
		return nil
	}, braid.Name("broker"))
}

// fine: a group of an object comes from Open, and Close ends it
func (b *broker) StartOK(ctx context.Context, replay []message) error {
	g, gctx := braid.Open(ctx, braid.Name("broker"))
	b.mu.Lock()
	b.group, b.ready = g, true
	b.mu.Unlock()
	for _, m := range replay {
		if err := b.h.Handle(gctx, m); err != nil {
			return errors.Join(fmt.Errorf("replay %s: %w", m.Topic, err), g.Close())
		}
	}
	return nil
}

func (b *broker) Close() error {
	b.mu.Lock()
	g := b.group
	b.mu.Unlock()
	if g == nil {
		return nil
	}
	return g.Close()
}

type spawner func(name string, fn func(ctx context.Context) error)

// want-rule (e): returns a closure over a group that has ended, its first call panics
func newSpawner(ctx context.Context, warm ...func(context.Context) error) (spawn spawner, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, w := range warm {
			g.Go(w)
		}
		spawn = func(name string, fn func(ctx context.Context) error) {
			g.Go(fn, braid.Name(name))
		}
		return nil
	})
	return spawn, err
}

// fine: the closure is handed down into the block instead
func newSpawnerOK(ctx context.Context, use func(context.Context, spawner) error, warm ...func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, w := range warm {
			g.Go(w)
		}
		return use(ctx, func(name string, fn func(ctx context.Context) error) {
			g.Go(fn, braid.Name(name))
		})
	})
}

var activeScope atomic.Pointer[braid.Group]

type scanner interface {
	Scan(ctx context.Context, dir string) error
}

// want-rule (e): puts the group into a global for others to spawn in
func scanDirs(ctx context.Context, sc scanner, dirs []string) error {
	body := func(ctx context.Context, g *braid.Group) error {
		activeScope.Store(g)
		for _, d := range dirs {
			g.Go(func(ctx context.Context) error { return sc.Scan(ctx, d) })
		}
		return nil
	}
	return braid.Run(ctx, body, braid.Limit(4), braid.Name("scan"))
}

// fine: who needs to spawn is given the group as a parameter
func scanDirsOK(ctx context.Context, sc scanner, dirs []string, more func(context.Context, *braid.Group) error) error {
	body := func(ctx context.Context, g *braid.Group) error {
		for _, d := range dirs {
			g.Go(func(ctx context.Context) error { return sc.Scan(ctx, d) })
		}
		return more(ctx, g)
	}
	return braid.Run(ctx, body, braid.Limit(4), braid.Name("scan"))
}

type tenant struct {
	name string
	scan scanner
}

type registry struct {
	scopes chan *errgroup.Group
	work   chan func() error
}

// want-rule (e): sends the group to a goroutine that may call Go after Wait
func (r *registry) runTenant(ctx context.Context, t tenant, dirs ...string) error {
	g, gctx := errgroup.WithContext(ctx)
	select {
	case r.scopes <- g:
	case <-ctx.Done():
		return ctx.Err()
	}
	for dir := range slices.Values(dirs) {
		g.Go(func() error { return t.scan.Scan(gctx, t.name+"/"+dir) })
	}
	return g.Wait()
}

// fine: the work comes in by a channel and is spawned here
func (r *registry) runTenantOK(ctx context.Context, t tenant, dirs ...string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for dir := range slices.Values(dirs) {
		g.Go(func() error { return t.scan.Scan(gctx, t.name+"/"+dir) })
	}
	g.Go(func() error {
		for {
			select {
			case fn, ok := <-r.work:
				if !ok {
					return nil
				}
				if err := fn(); err != nil {
					return err
				}
			case <-gctx.Done():
				return gctx.Err()
			}
		}
	})
	return g.Wait()
}

type store interface {
	Stage(ctx context.Context, part int) error
	Commit(ctx context.Context) error
	Verify(ctx context.Context) error
}

// want-rule (e): commits under the group's context, which is dead once Wait has returned
func upload(ctx context.Context, st store, parts int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for n := range parts {
		g.Go(func() error {
			if err := st.Stage(ctx, n); err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return st.Commit(ctx)
}

// fine: the group's context has its own name, the commit runs under the caller's
func uploadOK(ctx context.Context, st store, parts int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for n := range parts {
		g.Go(func() error {
			if err := st.Stage(gctx, n); err != nil {
				return fmt.Errorf("part %d: %w", n, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return st.Commit(ctx)
}

type releaser struct {
	st   store
	hook func(ctx context.Context, took time.Duration) error
}

// want-rule (e): Go on the braid group after its Wait, which panics
func (r *releaser) release(ctx context.Context) (err error) {
	start := time.Now()
	g, gctx := braid.Open(ctx, braid.Name("release"))
	defer func() { err = errors.Join(err, g.Close()) }()
	g.Go(r.st.Commit)
	if err := r.st.Verify(gctx); err != nil {
		return err
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if r.hook != nil {
		took := time.Since(start)
		g.Go(func(ctx context.Context) error { return r.hook(ctx, took) })
	}
	return nil
}

// fine: what comes after Wait runs outside of the group
func (r *releaser) releaseOK(ctx context.Context) (err error) {
	start := time.Now()
	g, gctx := braid.Open(ctx, braid.Name("release"))
	defer func() { err = errors.Join(err, g.Close()) }()
	g.Go(r.st.Commit)
	if err := r.st.Verify(gctx); err != nil {
		return err
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if r.hook != nil {
		return r.hook(ctx, time.Since(start))
	}
	return nil
}
