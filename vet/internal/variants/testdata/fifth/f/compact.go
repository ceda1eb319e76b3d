package f

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the statement of a task runs under Background, which neither the caller nor a sibling's failure can cancel
func (s *Store) CompactShards(ctx context.Context, before int64) error {
	g, gctx := errgroup.WithContext(ctx)
	for shard := range 4 {
		g.Go(func() error {
			var rows int64
			q := fmt.Sprintf("SELECT count(*) FROM events_%d WHERE at < $1", shard)
			if err := s.db.QueryRowContext(gctx, q, before).Scan(&rows); err != nil {
				return err
			}
			if rows == 0 {
				return nil
			}
			_, err := s.db.ExecContext(context.Background(), fmt.Sprintf("DELETE FROM events_%d WHERE at < $1", shard), before)
			return err
		})
	}
	return g.Wait()
}

// fine: both statements run under the group's context
func (s *Store) CompactShardsOK(ctx context.Context, before int64) error {
	g, gctx := errgroup.WithContext(ctx)
	for shard := range 4 {
		g.Go(func() error {
			var rows int64
			q := fmt.Sprintf("SELECT count(*) FROM events_%d WHERE at < $1", shard)
			if err := s.db.QueryRowContext(gctx, q, before).Scan(&rows); err != nil {
				return err
			}
			if rows == 0 {
				return nil
			}
			_, err := s.db.ExecContext(gctx, fmt.Sprintf("DELETE FROM events_%d WHERE at < $1", shard), before)
			return err
		})
	}
	return g.Wait()
}
