package d

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// want-rule (d): an error made with two %w gives nothing to errors.Unwrap, so that a conflict is not recognized when the rollback failed too
func (l *Ledger) Post(ctx context.Context, amount int64) (status int, err error) {
	tx, err := l.begin(ctx)
	if err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("begin: %w", err)
	}
	if err = l.post(ctx, tx, amount); err == nil {
		err = tx.Commit(ctx)
	}
	if err == nil {
		return http.StatusOK, nil
	}
	if rerr := tx.Rollback(); rerr != nil {
		err = fmt.Errorf("post: %w, roll back: %w", err, rerr)
	} else {
		err = fmt.Errorf("post: %w", err)
	}
	switch cause := errors.Unwrap(err); {
	case errors.Is(cause, ErrConflict):
		return http.StatusConflict, err
	case errors.Is(cause, ErrReadOnly):
		return http.StatusServiceUnavailable, err
	}
	return http.StatusInternalServerError, err
}

// fine: what is looked at is the error as it came, before the rollback's is joined to it
func (l *Ledger) PostOK(ctx context.Context, amount int64) (status int, err error) {
	tx, err := l.begin(ctx)
	if err != nil {
		return http.StatusServiceUnavailable, fmt.Errorf("begin: %w", err)
	}
	if err = l.post(ctx, tx, amount); err == nil {
		err = tx.Commit(ctx)
	}
	if err == nil {
		return http.StatusOK, nil
	}
	cause := err
	if rerr := tx.Rollback(); rerr != nil {
		err = fmt.Errorf("post: %w, roll back: %w", err, rerr)
	} else {
		err = fmt.Errorf("post: %w", err)
	}
	switch {
	case errors.Is(cause, ErrConflict):
		return http.StatusConflict, err
	case errors.Is(cause, ErrReadOnly):
		return http.StatusServiceUnavailable, err
	}
	return http.StatusInternalServerError, err
}
