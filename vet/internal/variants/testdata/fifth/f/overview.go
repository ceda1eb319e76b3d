package f

import (
	"encoding/json"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): one of the queries runs under the request's context and not under the group's
func (s *Store) ServeOverview(w http.ResponseWriter, r *http.Request) {
	var out struct{ Users, Orders int }
	tenant := r.URL.Query().Get("tenant")
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error {
		return s.db.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE tenant = $1", tenant).Scan(&out.Users)
	})
	g.Go(func() error {
		return s.db.QueryRowContext(r.Context(), "SELECT count(*) FROM orders WHERE tenant = $1", tenant).Scan(&out.Orders)
	})
	if err := g.Wait(); err != nil {
		s.log.ErrorContext(r.Context(), "overview", "tenant", tenant, "err", err)
		http.Error(w, "overview unavailable", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(out); err != nil {
		s.log.WarnContext(r.Context(), "write overview", "err", err)
	}
}

// fine: the queries run under the group's context; the request's is used after the join only
func (s *Store) ServeOverviewOK(w http.ResponseWriter, r *http.Request) {
	var out struct{ Users, Orders int }
	tenant := r.URL.Query().Get("tenant")
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error {
		return s.db.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE tenant = $1", tenant).Scan(&out.Users)
	})
	g.Go(func() error {
		return s.db.QueryRowContext(ctx, "SELECT count(*) FROM orders WHERE tenant = $1", tenant).Scan(&out.Orders)
	})
	if err := g.Wait(); err != nil {
		s.log.ErrorContext(r.Context(), "overview", "tenant", tenant, "err", err)
		http.Error(w, "overview unavailable", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(out); err != nil {
		s.log.WarnContext(r.Context(), "write overview", "err", err)
	}
}
