package h

import (
	"context"
	"time"
)

// want-rule (h): the ticker is left running when the loop ends
func (s *Stats) Report(ctx context.Context, last time.Time) error {
	t := time.NewTicker(30 * time.Second)
	for {
		select {
		case now := <-t.C:
			s.flush(ctx)
			if now.After(last) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: the ticker is stopped on every way out
func (s *Stats) ReportOK(ctx context.Context, last time.Time) error {
	t := time.NewTicker(30 * time.Second)
	defer t.Stop()
	for {
		select {
		case now := <-t.C:
			s.flush(ctx)
			if now.After(last) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (h): the deferred Stop is bound to the first ticker, and those that replace it are never stopped
func (s *Stats) ReportAdjusted(ctx context.Context, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.flush(ctx)
		case every = <-s.every:
			t = time.NewTicker(every)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: the one ticker is reset to the new period
func (s *Stats) ReportAdjustedOK(ctx context.Context, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.flush(ctx)
		case every = <-s.every:
			t.Reset(every)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
