package d

import (
	"errors"
	"fmt"
)

// want-rule (d): errors.Unwrap gives nil for a join, so that the walk to the cause ends at it and every failure is counted as a *errors.joinError
func (p *Pipeline) Shutdown() error {
	err := errors.Join(p.source.Close(), p.filter.Close(), p.sink.Close())
	if err == nil {
		return nil
	}
	cause := err
	for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
		cause = next
	}
	p.count(fmt.Sprintf("%T", cause))
	return fmt.Errorf("shut down pipeline: %w", err)
}

// fine: the walk is made from each stage's own error, which is a chain
func (p *Pipeline) ShutdownOK() error {
	var errs []error
	for _, s := range []Stage{p.source, p.filter, p.sink} {
		err := s.Close()
		if err == nil {
			continue
		}
		errs = append(errs, err)
		cause := err
		for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
			cause = next
		}
		p.count(fmt.Sprintf("%T", cause))
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("shut down pipeline: %w", errors.Join(errs...))
}
