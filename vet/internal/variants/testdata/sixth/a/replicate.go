package a

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (a): a mirror that was cancelled between two pages looks like one that got to the end
func (s *Store) Mirror(ctx context.Context) error {
	var (
		token string
		total int
		start = time.Now()
	)
	for ctx.Err() == nil {
		items, next, err := s.src.Page(ctx, token)
		if err != nil {
			return fmt.Errorf("page %q: %w", token, err)
		}
		if err := s.put(ctx, items); err != nil {
			return fmt.Errorf("store page %q: %w", token, err)
		}
		total += len(items)
		if next == "" {
			break
		}
		token = next
	}
	slog.InfoContext(ctx, "mirror", "objects", total, "took", time.Since(start))
	return nil
}

// fine: the loop ends at a dead context too, but then its error is returned
func (s *Store) MirrorOK(ctx context.Context) error {
	var (
		token string
		total int
		start = time.Now()
	)
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("mirror stopped at page %q: %w", token, err)
		}
		items, next, err := s.src.Page(ctx, token)
		if err != nil {
			return fmt.Errorf("page %q: %w", token, err)
		}
		if err := s.put(ctx, items); err != nil {
			return fmt.Errorf("store page %q: %w", token, err)
		}
		total += len(items)
		if next == "" {
			break
		}
		token = next
	}
	slog.InfoContext(ctx, "mirror", "objects", total, "took", time.Since(start))
	return nil
}

// want-rule (a): the deferred function counts the failure and then sets the named error to nil, for a cancellation too
func (s *Store) Reindex(ctx context.Context, table string) (n int, err error) {
	defer func() {
		if err != nil {
			s.mu.Lock()
			s.failed++
			s.mu.Unlock()
			slog.WarnContext(ctx, "reindex", "table", table, "rows", n, "err", err)
			err = nil
		}
	}()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, "INSERT INTO idx SELECT id, size FROM objects WHERE tbl = ?", table)
	if err != nil {
		return 0, err
	}
	rows, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	return int(rows), tx.Commit()
}

// fine: the deferred function counts and logs the failure and leaves the error as it is
func (s *Store) ReindexOK(ctx context.Context, table string) (n int, err error) {
	defer func() {
		if err != nil {
			s.mu.Lock()
			s.failed++
			s.mu.Unlock()
			slog.WarnContext(ctx, "reindex", "table", table, "rows", n, "err", err)
			err = fmt.Errorf("reindex %s: %w", table, err)
		}
	}()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, "INSERT INTO idx SELECT id, size FROM objects WHERE tbl = ?", table)
	if err != nil {
		return 0, err
	}
	rows, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	return int(rows), tx.Commit()
}

// part of ShipAll: tells whether an error is one of those that a shutdown brings with it
func quiet(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

// want-rule (a): the pool's error is a join of all peers', and one cancelled peer makes all of it count as nothing
func (r *Replicator) ShipAll(ctx context.Context, seg *Segment) error {
	p := pool.New().WithContext(ctx).WithMaxGoroutines(8)
	for _, peer := range r.peers {
		p.Go(func(ctx context.Context) error {
			if err := peer.ship(ctx, seg); err != nil {
				return fmt.Errorf("peer %s: %w", peer.Addr, err)
			}
			return nil
		})
	}
	err := p.Wait()
	if quiet(err) {
		slog.DebugContext(ctx, "replication stopped", "segment", seg.Name)
		return nil
	}
	return err
}

// fine: a cancelled peer only changes the level of the log, and the joined error is returned
func (r *Replicator) ShipAllOK(ctx context.Context, seg *Segment) error {
	p := pool.New().WithContext(ctx).WithMaxGoroutines(8)
	for _, peer := range r.peers {
		p.Go(func(ctx context.Context) error {
			if err := peer.ship(ctx, seg); err != nil {
				return fmt.Errorf("peer %s: %w", peer.Addr, err)
			}
			return nil
		})
	}
	err := p.Wait()
	if err != nil {
		lvl := slog.LevelWarn
		if ctx.Err() != nil {
			lvl = slog.LevelDebug
		}
		slog.Log(ctx, lvl, "replication incomplete", "segment", seg.Name, "err", err)
	}
	return err
}

// want-rule (a): an error of the sequence, a cancellation included, only ends the loop, and the partial sum is returned as the whole
func (s *Store) Usage(ctx context.Context, tables []string) (map[string]int64, error) {
	usage := make(map[string]int64, len(tables))
	for _, table := range tables {
		var sum int64
		for it, err := range s.rows(ctx, table) {
			if err != nil {
				slog.ErrorContext(ctx, "usage", "table", table, "err", err)
				break
			}
			sum += it.Size
		}
		usage[table] = sum
	}
	return usage, nil
}

// fine: an error of the sequence ends the count and is returned
func (s *Store) UsageOK(ctx context.Context, tables []string) (map[string]int64, error) {
	usage := make(map[string]int64, len(tables))
	for _, table := range tables {
		var sum int64
		for it, err := range s.rows(ctx, table) {
			if err != nil {
				slog.ErrorContext(ctx, "usage", "table", table, "err", err)
				return nil, fmt.Errorf("usage of %s: %w", table, err)
			}
			sum += it.Size
		}
		usage[table] = sum
	}
	return usage, nil
}

// want-rule (a): a probe that was cancelled is noted as a sick host and the task ends with nil
func (h *Health) Sweep(ctx context.Context, addrs []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, addr := range addrs {
		g.Go(func() error {
			pctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			err := h.prober.Probe(pctx, addr)
			if err != nil {
				h.mark(addr, err)
				return nil
			}
			h.mark(addr, nil)
			return nil
		})
	}
	return g.Wait()
}

// fine: a failed probe is a finding and not a failure of the sweep, but the sweep's own cancellation is returned
func (h *Health) SweepOK(ctx context.Context, addrs []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, addr := range addrs {
		g.Go(func() error {
			pctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			err := h.prober.Probe(pctx, addr)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				h.mark(addr, err)
				return nil
			}
			h.mark(addr, nil)
			return nil
		})
	}
	return g.Wait()
}
