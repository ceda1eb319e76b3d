package d

import (
	"context"
	"errors"
	"fmt"
)

// want-rule (d): if one worker says that it was cancelled, the failures of all others are dropped with that
func (s *Supervisor) StopAll() (err error) {
	for _, w := range s.workers {
		if werr := w.Stop(); werr != nil {
			err = errors.Join(err, fmt.Errorf("worker %s: %w", w.Name(), werr))
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	default:
		return err
	}
}

// fine: the cancellation that Stop itself brought about is left out, worker by worker
func (s *Supervisor) StopAllOK() (err error) {
	for _, w := range s.workers {
		switch werr := w.Stop(); {
		case werr == nil, errors.Is(werr, context.Canceled):
		default:
			err = errors.Join(err, fmt.Errorf("worker %s: %w", w.Name(), werr))
		}
	}
	return err
}
