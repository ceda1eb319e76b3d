package f

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): inside the group's tasks the queries run with the request's context instead of the group's
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	var sum Summary
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		sum.Orders, err = d.store.count(ctx, `SELECT count(*) FROM orders WHERE tenant = $1`, tenant)
		return err
	})
	g.Go(func() (err error) {
		sum.Refunds, err = d.store.count(r.Context(), `SELECT count(*) FROM refunds WHERE tenant = $1`, tenant)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(sum); err != nil {
		slog.WarnContext(r.Context(), "encode summary", "err", err)
	}
}

// fine: both queries have the group's context, the request's is used only after the join
func (d *Dashboard) ServeHTTPOK(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	var sum Summary
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		sum.Orders, err = d.store.count(ctx, `SELECT count(*) FROM orders WHERE tenant = $1`, tenant)
		return err
	})
	g.Go(func() (err error) {
		sum.Refunds, err = d.store.count(ctx, `SELECT count(*) FROM refunds WHERE tenant = $1`, tenant)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(sum); err != nil {
		slog.WarnContext(r.Context(), "encode summary", "err", err)
	}
}

// want-rule (f): the transaction in the task is begun with TODO although the group has a context
func (s *Store) PurgeShards(ctx context.Context, shards []int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, shard := range shards {
		g.Go(func() error {
			tx, err := s.db.BeginTx(context.TODO(), nil)
			if err != nil {
				return err
			}
			defer tx.Rollback()
			if _, err := tx.ExecContext(ctx, `DELETE FROM events WHERE shard = $1 AND expired`, shard); err != nil {
				return err
			}
			return tx.Commit()
		})
	}
	return g.Wait()
}

// fine: the transaction belongs to the group's context and is rolled back when that dies
func (s *Store) PurgeShardsOK(ctx context.Context, shards []int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, shard := range shards {
		g.Go(func() error {
			tx, err := s.db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer tx.Rollback()
			if _, err := tx.ExecContext(ctx, `DELETE FROM events WHERE shard = $1 AND expired`, shard); err != nil {
				return err
			}
			return tx.Commit()
		})
	}
	return g.Wait()
}
