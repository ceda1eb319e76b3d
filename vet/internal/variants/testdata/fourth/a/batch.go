package a

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

func isShutdown(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, errDraining)
}

// want-rule (a): a flush that the shutdown cut off says that all was written
func (b *batcher) flush(ctx context.Context, evs []event) error {
	for chunk := range slices.Chunk(evs, 100) {
		if err := b.sink.Write(ctx, chunk); isShutdown(err) {
			b.log.Debug("flush stopped", "err", err)
			return nil
		} else if err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	return nil
}

// fine: the shutdown decides only how loud it is
func (b *batcher) flushOK(ctx context.Context, evs []event) error {
	for chunk := range slices.Chunk(evs, 100) {
		if err := b.sink.Write(ctx, chunk); isShutdown(err) {
			b.log.Debug("flush stopped", "err", err)
			return err
		} else if err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	return nil
}

type exporter struct {
	exportOne func(ctx context.Context, id int64) error
}

// want-rule (a): the feeding task gives up with nil, the workers see an end of work
func (x *exporter) export(ctx context.Context, ids []int64) error {
	g, gctx := errgroup.WithContext(ctx)
	work := make(chan int64)
	g.Go(func() error {
		defer close(work)
		for _, id := range ids {
			select {
			case work <- id:
			case <-gctx.Done():
				return nil
			}
		}
		return nil
	})
	for range 4 {
		g.Go(func() error {
			for id := range work {
				if err := x.exportOne(gctx, id); err != nil {
					return fmt.Errorf("export %d: %w", id, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the feeding task says why it gave up
func (x *exporter) exportOK(ctx context.Context, ids []int64) error {
	g, gctx := errgroup.WithContext(ctx)
	work := make(chan int64)
	g.Go(func() error {
		defer close(work)
		for _, id := range ids {
			select {
			case work <- id:
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		}
		return nil
	})
	for range 4 {
		g.Go(func() error {
			for id := range work {
				if err := x.exportOne(gctx, id); err != nil {
					return fmt.Errorf("export %d: %w", id, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

type publisher struct {
	send func(ctx context.Context, ev event) error
	max  int
}

// want-rule (a): a bare return gives the named result, which nobody has set
func (p *publisher) publish(ctx context.Context, ev event) (err error) {
	for attempt := 1; ; attempt++ {
		if attempt > 1 {
			t := time.NewTimer(time.Duration(attempt) * 50 * time.Millisecond)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return
			}
		}
		if sendErr := p.send(ctx, ev); sendErr == nil {
			return nil
		} else if attempt == p.max {
			return fmt.Errorf("publish %d: %w", ev.id, sendErr)
		}
	}
}

// fine: the named result has what the last attempt failed with
func (p *publisher) publishOK(ctx context.Context, ev event) (err error) {
	for attempt := 1; ; attempt++ {
		if attempt > 1 {
			t := time.NewTimer(time.Duration(attempt) * 50 * time.Millisecond)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return
			}
		}
		if err = p.send(ctx, ev); err == nil {
			return nil
		} else if attempt == p.max {
			return fmt.Errorf("publish %d: %w", ev.id, err)
		}
	}
}
