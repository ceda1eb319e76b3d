package d

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/braid-go/braid"
)

// want-rule (d): where the rollback failed too, Unwrap gives nil, and no code is found
func (d *deployer) run() (code int) {
	err := d.apply()
	if err == nil {
		return 0
	}
	if rerr := d.rollback(); rerr != nil {
		err = fmt.Errorf("apply: %w (rollback: %w)", err, rerr)
	}
	d.log.Error("deploy", "err", err)
	code = 1
	for e := err; e != nil; e = errors.Unwrap(e) {
		if se, ok := e.(*stepError); ok {
			code = max(code, se.code)
		}
	}
	return code
}

// fine: all ends of the tree are looked at
func (d *deployer) runOK() (code int) {
	err := d.apply()
	if err == nil {
		return 0
	}
	if rerr := d.rollback(); rerr != nil {
		err = fmt.Errorf("apply: %w (rollback: %w)", err, rerr)
	}
	d.log.Error("deploy", "err", err)
	code = 1
	for _, e := range braid.Leaves(err) {
		var se *stepError
		if errors.As(e, &se) {
			code = max(code, se.code)
		}
	}
	return code
}

// want-rule (d): As finds the first part that failed, and the others are forgotten
func (u *uploader) upload(ctx context.Context, parts []part) error {
	errs := make([]error, len(parts))
	for i, p := range parts {
		errs[i] = u.put(ctx, i, p)
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
	}
	err := errors.Join(errs...)
	var pe *partError
	if errors.As(err, &pe) {
		return u.put(ctx, pe.index, parts[pe.index])
	}
	return err
}

// fine: each that failed is tried again
func (u *uploader) uploadOK(ctx context.Context, parts []part) error {
	errs := make([]error, len(parts))
	for i, p := range parts {
		errs[i] = u.put(ctx, i, p)
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
	}
	for i, err := range errs {
		var pe *partError
		if errors.As(err, &pe) {
			errs[i] = u.put(ctx, pe.index, parts[pe.index])
		}
	}
	return errors.Join(errs...)
}

// want-rule (d): one region has no such row, the other is down, and that makes "not found"
func (c *catalog) exists(ctx context.Context, sku string) (bool, error) {
	const q = "select 1 from skus where sku = ?"
	var one int
	eu := c.eu.QueryRowContext(ctx, q, sku).Scan(&one)
	us := c.us.QueryRowContext(ctx, q, sku).Scan(&one)
	if eu == nil || us == nil {
		return true, nil
	}
	if err := errors.Join(eu, us); !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("sku %s: %w", sku, err)
	}
	return false, nil
}

// fine: not found means that neither has it
func (c *catalog) existsOK(ctx context.Context, sku string) (bool, error) {
	const q = "select 1 from skus where sku = ?"
	var one int
	eu := c.eu.QueryRowContext(ctx, q, sku).Scan(&one)
	us := c.us.QueryRowContext(ctx, q, sku).Scan(&one)
	if eu == nil || us == nil {
		return true, nil
	}
	if !errors.Is(eu, sql.ErrNoRows) || !errors.Is(us, sql.ErrNoRows) {
		return false, fmt.Errorf("sku %s: %w", sku, errors.Join(eu, us))
	}
	return false, nil
}
