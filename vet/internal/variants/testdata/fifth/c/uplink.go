package c

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// want-rule (c): between the attempts it sleeps on, whatever becomes of the context
func (u *Uplink) Report(ctx context.Context, body []byte) error {
	var err error
	delay := u.delay
	for attempt := range u.attempts {
		if attempt > 0 {
			time.Sleep(delay + rand.N(delay))
			delay *= 2
		}
		if err = u.post(ctx, body); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	return fmt.Errorf("report, after %d attempts: %w", u.attempts, err)
}

// fine: a dead context ends the pause
func (u *Uplink) ReportOK(ctx context.Context, body []byte) error {
	var err error
	delay := u.delay
	pause := time.NewTimer(0)
	defer pause.Stop()
	for attempt := range u.attempts {
		if attempt > 0 {
			pause.Reset(delay + rand.N(delay))
			select {
			case <-pause.C:
			case <-ctx.Done():
				return fmt.Errorf("report: %w, after: %w", context.Cause(ctx), err)
			}
			delay *= 2
		}
		if err = u.post(ctx, body); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	return fmt.Errorf("report, after %d attempts: %w", u.attempts, err)
}
