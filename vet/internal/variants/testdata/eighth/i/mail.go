package i

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// want-rule (i): a task for each row of the table
func (m *Mailer) Notify(ctx context.Context, text string) error {
	rows, err := m.db.QueryContext(ctx, `SELECT address FROM subscribers`)
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	for rows.Next() {
		var to string
		if err := rows.Scan(&to); err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return m.send(gctx, to, text) })
	}
	return errors.Join(g.Wait(), rows.Err())
}

// fine: a row is read only when one of the few tasks is free
func (m *Mailer) NotifyOK(ctx context.Context, text string) error {
	rows, err := m.db.QueryContext(ctx, `SELECT address FROM subscribers`)
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for rows.Next() {
		var to string
		if err := rows.Scan(&to); err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return m.send(gctx, to, text) })
	}
	return errors.Join(g.Wait(), rows.Err())
}
