package b

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): the request itself goes to the goroutine
func (s *server) handleImport(w http.ResponseWriter, r *http.Request) {
	go s.importBody(r)
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) importBody(r *http.Request) { _ = do(r.Context(), job{}) }

// fine: done before the answer
func (s *server) handleImportOK(w http.ResponseWriter, r *http.Request) {
	s.importBody(r)
	w.WriteHeader(http.StatusAccepted)
}

// want-rule (b): a method of the object, started in a task
func (s *server) run(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			go s.fill(ctx, 1)
			return do(ctx, job{})
		})
		return nil
	})
}

// fine: a task of its own
func (s *server) runOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			s.fill(ctx, 1)
			return nil
		})
		g.Go(func(ctx context.Context) error { return do(ctx, job{}) })
		return nil
	})
}

// want-rule (b): a pointer to an errgroup that is never waited for
func fire(ctx context.Context, js []job) {
	g := new(errgroup.Group)
	for _, j := range js[:2] {
		g.Go(func() error { return do(ctx, j) })
	}
}

// fine: waited for
func fireOK(ctx context.Context, js []job) error {
	g := new(errgroup.Group)
	for _, j := range js[:2] {
		g.Go(func() error { return do(ctx, j) })
	}
	return g.Wait()
}

// want-rule (b): a signal to nobody after the timeout
func waitFor(ctx context.Context, j job) error {
	done := make(chan struct{})
	go func() {
		_ = do(ctx, j)
		done <- struct{}{}
	}()
	select {
	case <-done:
		return nil
	case <-time.After(time.Second):
		return errors.New("timeout")
	}
}

// fine: a close blocks nobody
func waitForOK(ctx context.Context, j job) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = do(ctx, j)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(time.Second):
		return errors.New("timeout")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (b): an error channel and a value channel, one of them for nobody
func getOne(ctx context.Context, j job) (int, error) {
	vals, errs := make(chan int), make(chan error)
	for i := range 3 {
		go func() {
			if err := do(ctx, j); err != nil {
				errs <- err
				return
			}
			vals <- i
		}()
	}
	select {
	case v := <-vals:
		return v, nil
	case err := <-errs:
		return 0, err
	}
}

// fine: room for each
func getOneOK(ctx context.Context, j job) (int, error) {
	vals, errs := make(chan int, 3), make(chan error, 3)
	for i := range 3 {
		go func() {
			if err := do(ctx, j); err != nil {
				errs <- err
				return
			}
			vals <- i
		}()
	}
	select {
	case v := <-vals:
		return v, nil
	case err := <-errs:
		return 0, err
	}
}

type counter struct {
	sync.WaitGroup
	n int
}

// part of addEmbedded: adds itself through an embedded WaitGroup
func (c *counter) one(ctx context.Context) {
	c.Add(1)
	defer c.Done()
	_ = do(ctx, job{})
}

// want-rule (b): an embedded WaitGroup, added to in the goroutine
func (c *counter) addEmbedded(ctx context.Context) {
	for range c.n {
		go c.one(ctx)
	}
	c.Wait()
}

func (c *counter) oneOK(ctx context.Context) {
	defer c.Done()
	_ = do(ctx, job{})
}

// fine: added before
func (c *counter) addEmbeddedOK(ctx context.Context) {
	c.Add(c.n)
	for range c.n {
		go c.oneOK(ctx)
	}
	c.Wait()
}

// want-rule (b): a break leaves the loop that waits for each
func waitEach(ctx context.Context, js []job) (err error) {
	errs := make(chan error)
	for _, j := range js {
		go func() { errs <- do(ctx, j) }()
	}
	for range js {
		if err = <-errs; err != nil {
			break
		}
	}
	return err
}

// fine: all are received
func waitEachOK(ctx context.Context, js []job) (err error) {
	errs := make(chan error)
	for _, j := range js {
		go func() { errs <- do(ctx, j) }()
	}
	for range js {
		err = errors.Join(err, <-errs)
	}
	return err
}

// want-rule (b): the body of a braid group starts one by itself
func mixed(ctx context.Context, a, b job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return do(ctx, a) })
		go func() {
			_ = do(ctx, b)
		}()
		return nil
	})
}

// fine: both are tasks
func mixedOK(ctx context.Context, a, b job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return do(ctx, a) })
		g.Go(func(ctx context.Context) error { return do(ctx, b) })
		return nil
	})
}
