package d

import (
	"context"
	"errors"
	"fmt"
)

// want-rule (d): it returns the first of the joined errors in place of all
func (p *Prober) Probe(ctx context.Context) error {
	var errs []error
	for _, c := range p.checks {
		if cerr := c.Run(ctx); cerr != nil {
			p.alert(c.Name(), cerr)
			errs = append(errs, fmt.Errorf("check %s: %w", c.Name(), cerr))
		}
	}
	err := errors.Join(errs...)
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()[0]
	}
	return err
}

// fine: the assertion serves to count what is in the join, which is returned whole
func (p *Prober) ProbeOK(ctx context.Context) error {
	var errs []error
	for _, c := range p.checks {
		if cerr := c.Run(ctx); cerr != nil {
			p.alert(c.Name(), cerr)
			errs = append(errs, fmt.Errorf("check %s: %w", c.Name(), cerr))
		}
	}
	err := errors.Join(errs...)
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return fmt.Errorf("%d checks failed: %w", len(many.Unwrap()), err)
	}
	return err
}
