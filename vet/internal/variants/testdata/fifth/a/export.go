package a

import (
	"context"
	"fmt"
	"time"
)

// want-rule (a): cancelled in the middle it returns nil, with spans in the batch that were never sent
func (e *Exporter) DrainSpool(ctx context.Context, spool <-chan Span) error {
	tick := time.NewTicker(e.interval)
	defer tick.Stop()
	batch := make([]Span, 0, e.max)
	for {
		select {
		case <-ctx.Done():
			return nil
		case s, ok := <-spool:
			if !ok {
				return e.send(ctx, batch)
			}
			batch = append(batch, s)
			if len(batch) < e.max {
				continue
			}
		case <-tick.C:
		}
		if err := e.send(ctx, batch); err != nil {
			return fmt.Errorf("export %d spans: %w", len(batch), err)
		}
		batch = batch[:0]
	}
}

// fine: the cancellation comes out, with the number of spans that stayed behind; nil is only for a spool that was closed
func (e *Exporter) DrainSpoolOK(ctx context.Context, spool <-chan Span) error {
	tick := time.NewTicker(e.interval)
	defer tick.Stop()
	batch := make([]Span, 0, e.max)
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("drain, %d spans unsent: %w", len(batch), context.Cause(ctx))
		case s, ok := <-spool:
			if !ok {
				return e.send(ctx, batch)
			}
			batch = append(batch, s)
			if len(batch) < e.max {
				continue
			}
		case <-tick.C:
		}
		if err := e.send(ctx, batch); err != nil {
			return fmt.Errorf("export %d spans: %w", len(batch), err)
		}
		batch = batch[:0]
	}
}
