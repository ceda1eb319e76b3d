// Selects that are a pause.

package blocking

import (
	"context"
	"time"
)

type syncer struct {
	every time.Duration
	hurry chan struct{}
	woken chan struct{}
	nudge chan struct{}
	ended bool
}

func (s *syncer) Hurry() {
	select {
	case s.hurry <- struct{}{}:
	default:
	}
}

func (s *syncer) Watch(ctx context.Context) {
	<-ctx.Done()
	s.woken <- struct{}{}
}

func (s *syncer) Stop() {
	s.ended = true
	s.nudge <- struct{}{}
}

func (s *syncer) loop(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select { // want `this select is a pause that the end of ctx does not cut short`
		case <-time.After(s.every):
		case <-s.hurry:
		}
	}
}

func (s *syncer) ticks(ctx context.Context, do func(context.Context) error) error {
	t := time.NewTicker(s.every)
	defer t.Stop()
	for ready := false; !ready; {
		select { // want `this select is a pause`
		case <-t.C:
			ready = true
		case _, more := <-s.hurry:
			ready = more
		}
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Somebody who knows that it is over cuts it short, or may.

func (s *syncer) watched(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.woken:
		}
	}
}

func (s *syncer) stopped(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.nudge:
		}
	}
}

func (s *syncer) asked(ctx context.Context, do func(context.Context) error) error {
	for {
		if s.ended {
			return nil
		}
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.hurry:
		}
	}
}

// A clause leaves the loop, the pause is short, there is no loop, or a case for the context.

func (s *syncer) until(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.hurry:
			return nil
		}
	}
}

func (s *syncer) short(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.hurry:
		}
	}
}

func (s *syncer) once(ctx context.Context, do func(context.Context) error) error {
	select {
	case <-time.After(s.every):
	case <-s.hurry:
	}
	return do(ctx)
}

func (s *syncer) heeds(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.hurry:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *syncer) alone(do func() error) error {
	for {
		if err := do(); err != nil {
			return err
		}
		select {
		case <-time.After(s.every):
		case <-s.hurry:
		}
	}
}

// Who closes or sends is out of sight.

func pauseFor(ctx context.Context, ready map[string]chan struct{}, kick <-chan struct{}, do func(context.Context) error) error {
	timeout := time.NewTimer(5 * time.Second)
	defer timeout.Stop()
	for _, r := range ready {
		select {
		case <-r:
		case <-timeout.C:
		}
	}
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(5 * time.Second):
		case <-kick:
		}
	}
}

type given struct{ wake <-chan struct{} }

func newGiven(wake <-chan struct{}) *given { return &given{wake: wake} }

func (s *given) loop(ctx context.Context, do func(context.Context) error) error {
	for {
		if err := do(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(5 * time.Second):
		case <-s.wake:
		}
	}
}
