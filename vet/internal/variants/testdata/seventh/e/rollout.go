package e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the deferred release is called after Wait, with the group's context, which is dead by then
func (m *Migrator) Apply(ctx context.Context, steps []Step) (err error) {
	lock, err := m.locks.Acquire(ctx, "migrate")
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer func() {
		rctx, cancel := context.WithTimeout(gctx, 5*time.Second)
		defer cancel()
		err = errors.Join(err, lock.Release(rctx))
	}()
	for _, step := range steps {
		g.Go(func() error {
			if err := step.Run(gctx); err != nil {
				return fmt.Errorf("step %s: %w", step.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the lock is released with a context of its own
func (m *Migrator) ApplyOK(ctx context.Context, steps []Step) (err error) {
	lock, err := m.locks.Acquire(ctx, "migrate")
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer func() {
		rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, lock.Release(rctx))
	}()
	for _, step := range steps {
		g.Go(func() error {
			if err := step.Run(gctx); err != nil {
				return fmt.Errorf("step %s: %w", step.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (e): the second wave is handed to a group that Wait has ended, and its hosts get a context that is cancelled
func (d *Deployer) Rollout(ctx context.Context, waves [][]Host) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, wave := range waves {
		for _, h := range wave {
			g.Go(func() error {
				if err := d.update(gctx, h); err != nil {
					return fmt.Errorf("host %s: %w", h.Name, err)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return fmt.Errorf("wave %d: %w", i, err)
		}
	}
	return nil
}

// fine: each wave has a group of its own
func (d *Deployer) RolloutOK(ctx context.Context, waves [][]Host) error {
	for i, wave := range waves {
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for _, h := range wave {
			g.Go(func() error {
				if err := d.update(gctx, h); err != nil {
					return fmt.Errorf("host %s: %w", h.Name, err)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return fmt.Errorf("wave %d: %w", i, err)
		}
	}
	return nil
}

// want-rule (e): the transaction was begun with the group's context, and is rolled back when Wait cancels that
func (l *Ledger) Book(ctx context.Context, account int64, currency string) error {
	var (
		tx   *sql.Tx
		rate float64
	)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		rate, err = l.rates(gctx, currency)
		return err
	})
	g.Go(func() (err error) {
		tx, err = l.db.BeginTx(gctx, nil)
		return err
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("book %d: %w", account, err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET sum = sum * ? WHERE id = ?", rate, account); err != nil {
		return fmt.Errorf("book %d: %w", account, err)
	}
	return tx.Commit()
}

// fine: the group only asks whether the database is there, and the transaction is begun with the caller's context
func (l *Ledger) BookOK(ctx context.Context, account int64, currency string) error {
	var rate float64
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		rate, err = l.rates(gctx, currency)
		return err
	})
	g.Go(func() error {
		return l.db.PingContext(gctx)
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("book %d: %w", account, err)
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("book %d: %w", account, err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET sum = sum * ? WHERE id = ?", rate, account); err != nil {
		return fmt.Errorf("book %d: %w", account, err)
	}
	return tx.Commit()
}
