package b

import (
	"context"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): a goroutine that nobody waits for
func submit(ctx context.Context, j job) error {
	go func() {
		if err := do(ctx, j); err != nil {
			log.Print(err)
		}
	}()
	return nil
}

// fine: waited for
func submitOK(ctx context.Context, j job) error {
	done := make(chan error, 1)
	go func() {
		done <- do(ctx, j)
	}()
	return <-done
}

// want-rule (b): a handler's goroutine has the context of a request that is over
func (s *server) handleUpdate(w http.ResponseWriter, r *http.Request) {
	j := job{id: int(r.ContentLength)}
	go audit(r.Context(), "update")
	if err := do(r.Context(), j); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fine: the handler does it before it answers
func (s *server) handleUpdateOK(w http.ResponseWriter, r *http.Request) {
	j := job{id: int(r.ContentLength)}
	audit(r.Context(), "update")
	if err := do(r.Context(), j); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// want-rule (b): a closure over the request's context
func (s *server) handleDelete(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() {
		if err := do(ctx, job{}); err != nil {
			log.Printf("delete: %v", err)
		}
	}()
	w.WriteHeader(http.StatusAccepted)
}

// fine: accepted only when it is done
func (s *server) handleDeleteOK(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	errc := make(chan error, 1)
	go func() {
		errc <- do(ctx, job{})
	}()
	if err := <-errc; err != nil {
		log.Printf("delete: %v", err)
	}
	w.WriteHeader(http.StatusAccepted)
}

// want-rule (b): a bare go inside a braid task
func refresh(ctx context.Context, js []job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, j := range js {
			g.Go(func(ctx context.Context) error {
				go audit(ctx, "refresh")
				return do(ctx, j)
			})
		}
		return nil
	})
}

// fine: the group's task
func refreshOK(ctx context.Context, js []job) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, j := range js {
			g.Go(func(ctx context.Context) error {
				g.Go(func(ctx context.Context) error {
					audit(ctx, "refresh")
					return nil
				})
				return do(ctx, j)
			})
		}
		return nil
	})
}

// want-rule (b): a bare go inside a task of errgroup
func publish(ctx context.Context, js []job) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, j := range js {
		g.Go(func() error {
			go func() {
				audit(ctx, "publish")
			}()
			return do(ctx, j)
		})
	}
	return g.Wait()
}

// fine: the task does it itself
func publishOK(ctx context.Context, js []job) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, j := range js {
		g.Go(func() error {
			defer audit(ctx, "publish")
			return do(ctx, j)
		})
	}
	return g.Wait()
}

// want-rule (b): a goroutine started by AfterFunc belongs to nobody
func watch(ctx context.Context, s *server) error {
	stop := context.AfterFunc(ctx, func() {
		go audit(context.WithoutCancel(ctx), "cancelled")
	})
	defer stop()
	return do(ctx, job{})
}

// fine: braid's AfterFunc, whose function the group waits for
func watchOK(ctx context.Context, s *server) error {
	stop := braid.AfterFunc(ctx, func() {
		audit(context.WithoutCancel(ctx), "cancelled")
	})
	defer stop()
	return do(ctx, job{})
}

// want-rule (b): the timer's function starts work and lets go of it
func (s *server) flushLater(ctx context.Context) {
	time.AfterFunc(time.Second, func() {
		go func() {
			for j := range s.jobs {
				if err := do(ctx, j); err != nil {
					log.Print(err)
				}
			}
		}()
	})
}

// fine: the pause and the work are the caller's
func (s *server) flushLaterOK(ctx context.Context) error {
	if err := braid.Sleep(ctx, time.Second); err != nil {
		return err
	}
	for {
		select {
		case j, ok := <-s.jobs:
			if !ok {
				return nil
			}
			if err := do(ctx, j); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (b): a goroutine for each item, and nobody waits
func notifyAll(ctx context.Context, hooks []func(context.Context) error) {
	for _, hook := range hooks {
		go hook(ctx)
	}
}

// fine: all are waited for
func notifyAllOK(ctx context.Context, hooks []func(context.Context) error) error {
	var g errgroup.Group
	g.SetLimit(8)
	for _, hook := range hooks {
		g.Go(func() error { return hook(ctx) })
	}
	return g.Wait()
}

// want-rule (b): the cache is filled behind the caller's back
func (s *server) get(ctx context.Context, id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen[id] {
		go s.fill(ctx, id)
	}
	return s.seen[id]
}

func (s *server) fill(ctx context.Context, id int) {
	if err := do(ctx, job{id: id}); err == nil {
		s.mu.Lock()
		s.seen[id] = true
		s.mu.Unlock()
	}
}

// fine: the server's WaitGroup has it, and close waits
func (s *server) getOK(ctx context.Context, id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen[id] {
		s.wg.Go(func() { s.fill(ctx, id) })
	}
	return s.seen[id]
}

func (s *server) Close() error {
	s.wg.Wait()
	return nil
}

// want-rule (b): two goroutines, one of which is waited for
func both(ctx context.Context, a, b job) (ea, eb error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		ea = do(ctx, a)
	}()
	go func() {
		eb = do(ctx, b)
	}()
	wg.Wait()
	return ea, eb
}

// fine: both are waited for
func bothOK(ctx context.Context, a, b job) (ea, eb error) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		ea = do(ctx, a)
	}()
	go func() {
		defer wg.Done()
		eb = do(ctx, b)
	}()
	wg.Wait()
	return ea, eb
}

// want-rule (b): a heartbeat that goes on after the work is done
func withHeartbeat(ctx context.Context, beat func(), fn func(context.Context) error) error {
	go func() {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for range t.C {
			beat()
		}
	}()
	return fn(ctx)
}

// fine: the heartbeat is stopped and waited for
func withHeartbeatOK(ctx context.Context, beat func(), fn func(context.Context) error) error {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				beat()
			case <-stop:
				return
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	return fn(ctx)
}
