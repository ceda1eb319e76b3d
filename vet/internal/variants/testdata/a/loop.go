package a

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (a): every item fails with the same cancellation, each is logged
func processAll(ctx context.Context, items []item) {
	for _, it := range items {
		if err := process(ctx, it); err != nil {
			log.Printf("item %d: %v", it.id, err)
			continue
		}
	}
}

// fine: the loop ends with the context
func processAllOK(ctx context.Context, items []item) error {
	for _, it := range items {
		if err := process(ctx, it); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			log.Printf("item %d: %v", it.id, err)
			continue
		}
	}
	return nil
}

// want-rule (a): after the cancel it logs for ever
func consume(ctx context.Context, r reader) error {
	for {
		m, err := r.ReadMessage(ctx)
		if err != nil {
			slog.Error("read", "err", err)
			continue
		}
		if err := r.Commit(ctx, m); err != nil {
			return fmt.Errorf("commit %s: %w", m.key, err)
		}
	}
}

// fine: after the cancel it returns
func consumeOK(ctx context.Context, r reader) error {
	for {
		m, err := r.ReadMessage(ctx)
		if err != nil {
			if errors.Is(err, context.Canceled) {
				return err
			}
			slog.Error("read", "err", err)
			continue
		}
		if err := r.Commit(ctx, m); err != nil {
			return fmt.Errorf("commit %s: %w", m.key, err)
		}
	}
}

// want-rule (a): the errors of a whole loop go to the log, and the task succeeds
func (s *store) sync(ctx context.Context, batches [][]item) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, b := range batches {
		g.Go(func() error {
			for _, it := range b {
				err := s.save(ctx, it)
				if err != nil {
					s.log.Warn("save", "id", it.id, "err", err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the errors are collected
func (s *store) syncOK(ctx context.Context, batches [][]item) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, b := range batches {
		g.Go(func() error {
			var errs []error
			for _, it := range b {
				err := s.save(ctx, it)
				if err != nil {
					s.log.Warn("save", "id", it.id, "err", err)
					errs = append(errs, err)
				}
			}
			return errors.Join(errs...)
		})
	}
	return g.Wait()
}

// want-rule (a): retried for ever, also when the context is dead
func mustFetch(ctx context.Context, id int) item {
	for {
		it, err := fetch(ctx, id)
		if err == nil {
			return it
		}
		log.Printf("fetch %d: %v, trying again", id, err)
	}
}

// fine: retried while the context lives
func mustFetchOK(ctx context.Context, id int) (item, error) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		it, err := fetch(ctx, id)
		if err == nil {
			return it, nil
		}
		log.Printf("fetch %d: %v, trying again", id, err)
		select {
		case <-ctx.Done():
			return item{}, ctx.Err()
		case <-t.C:
		}
	}
}
