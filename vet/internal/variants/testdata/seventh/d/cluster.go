package d

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
)

// part of Invoice: tells whether it was for the quota that err came about
func overQuota(err error) bool {
	_, ok := err.(*QuotaError)
	return ok
}

// want-rule (d): what Map returns is a tree of all tenants' errors and never a *QuotaError itself, so nothing is ever frozen
func (b *Billing) Invoice(ctx context.Context) (total int64, err error) {
	usages, err := braid.Map(ctx, b.tenants, func(ctx context.Context, t Tenant) (int64, error) {
		return t.Usage(ctx)
	}, braid.Limit(16))
	if overQuota(err) {
		b.frozen = true
	}
	if err != nil {
		return 0, fmt.Errorf("invoice: %w", err)
	}
	for _, n := range usages {
		total += n
	}
	return total, nil
}

// part of InvoiceOK: tells whether err has a *QuotaError anywhere in it
func overQuotaOK(err error) bool {
	for _, leaf := range braid.Leaves(err) {
		if q := (*QuotaError)(nil); errors.As(leaf, &q) {
			return true
		}
	}
	return false
}

// fine: the whole tree is searched for a *QuotaError
func (b *Billing) InvoiceOK(ctx context.Context) (total int64, err error) {
	usages, err := braid.Map(ctx, b.tenants, func(ctx context.Context, t Tenant) (int64, error) {
		return t.Usage(ctx)
	}, braid.Limit(16))
	if overQuotaOK(err) {
		b.frozen = true
	}
	if err != nil {
		return 0, fmt.Errorf("invoice: %w", err)
	}
	for _, n := range usages {
		total += n
	}
	return total, nil
}

// want-rule (d): errors.Unwrap of a join is nil, so the error that is returned wraps nothing and says nothing of the mirrors
func (u *Uploader) Upload(ctx context.Context, name string, data []byte) error {
	if len(u.mirrors) == 0 {
		return errNoMirrors
	}
	var failed error
	for i, m := range u.mirrors {
		err := m.Put(ctx, name, data)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, fmt.Errorf("mirror %d: %w", i, err))
		if ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("upload %s: gave up: %w", name, errors.Unwrap(failed))
}

// fine: the join itself is wrapped
func (u *Uploader) UploadOK(ctx context.Context, name string, data []byte) error {
	if len(u.mirrors) == 0 {
		return errNoMirrors
	}
	var failed error
	for i, m := range u.mirrors {
		err := m.Put(ctx, name, data)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, fmt.Errorf("mirror %d: %w", i, err))
		if ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("upload %s: gave up: %w", name, failed)
}

// want-rule (d): the pool's join is none of the errors in the list, so a topic that was drained counts as failed
func (t *Topic) Consume(ctx context.Context) error {
	expected := []error{nil, ErrDrained}
	p := pool.New().WithContext(ctx).WithMaxGoroutines(8)
	for _, part := range t.parts {
		p.Go(part.Consume)
	}
	if err := p.Wait(); !slices.Contains(expected, err) {
		return fmt.Errorf("consume: %w", err)
	}
	return nil
}

// fine: what is looked for in the list is the error of one partition
func (t *Topic) ConsumeOK(ctx context.Context) error {
	expected := []error{nil, ErrDrained}
	p := pool.New().WithContext(ctx).WithMaxGoroutines(8)
	for _, part := range t.parts {
		p.Go(func(ctx context.Context) error {
			if err := part.Consume(ctx); !slices.Contains(expected, err) {
				return fmt.Errorf("consume: %w", err)
			}
			return nil
		})
	}
	return p.Wait()
}

// want-rule (d): the join counts as one failure, under its own type's name, whatever the backends failed with
func (b *Balancer) Drain(ctx context.Context) error {
	errs := make([]error, len(b.backends))
	for i, be := range b.backends {
		errs[i] = be.Drain(ctx)
	}
	err := errors.Join(errs...)
	if err != nil {
		b.failures.Add(fmt.Sprintf("%T", err), 1)
		err = fmt.Errorf("drain: %w", err)
	}
	return err
}

// fine: each backend's failure counts under the name of its own type
func (b *Balancer) DrainOK(ctx context.Context) error {
	errs := make([]error, len(b.backends))
	for i, be := range b.backends {
		if errs[i] = be.Drain(ctx); errs[i] != nil {
			b.failures.Add(fmt.Sprintf("%T", errs[i]), 1)
		}
	}
	err := errors.Join(errs...)
	if err != nil {
		err = fmt.Errorf("drain: %w", err)
	}
	return err
}
