package b

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): the task starts a goroutine that the group knows nothing of
func (s *orders) place(ctx context.Context, o order) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if err := s.charge(ctx, o); err != nil {
				return err
			}
			go s.audit(ctx, o)
			return nil
		})
		g.Go(func(ctx context.Context) error { return s.reserve(ctx, o) })
		return nil
	})
}

// fine: the task hands it to the group
func (s *orders) placeOK(ctx context.Context, o order) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if err := s.charge(ctx, o); err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error { return s.audit(ctx, o) })
			return nil
		})
		g.Go(func(ctx context.Context) error { return s.reserve(ctx, o) })
		return nil
	})
}

// want-rule (b): the request's context is dead before the mail is out, and Close waits for none
func (h *api) create(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := h.save(r.Context(), o); err != nil {
		http.Error(w, "save failed", http.StatusInternalServerError)
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
		defer cancel()
		if err := h.notify(ctx, o); err != nil {
			h.log.Error("notify", "order", o.ID, "err", err)
		}
	}()
	w.WriteHeader(http.StatusAccepted)
}

// fine: it has its own time, and Close waits for it
func (h *api) createOK(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := h.save(r.Context(), o); err != nil {
		http.Error(w, "save failed", http.StatusInternalServerError)
		return
	}
	h.bg.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
		defer cancel()
		if err := h.notify(ctx, o); err != nil {
			h.log.Error("notify", "order", o.ID, "err", err)
		}
	})
	w.WriteHeader(http.StatusAccepted)
}

type page struct {
	plan   string
	orders []order
	alerts []string
}

type dash struct {
	plan   func(ctx context.Context, user string) (string, error)
	orders func(ctx context.Context, user string) ([]order, error)
	alerts func(ctx context.Context, user string) ([]string, error)
}

// want-rule (b): without a plan it returns, and both loads go on, writing to p
func (d *dash) load(ctx context.Context, user string) (*page, error) {
	var p page
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		p.orders, err = d.orders(ctx, user)
		return err
	})
	g.Go(func() (err error) {
		p.alerts, err = d.alerts(ctx, user)
		return err
	})
	plan, err := d.plan(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("plan of %s: %w", user, err)
	}
	p.plan = plan
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return &p, nil
}

// fine: when it returns early nothing has been started yet
func (d *dash) loadOK(ctx context.Context, user string) (*page, error) {
	var p page
	g, ctx := errgroup.WithContext(ctx)
	plan, err := d.plan(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("plan of %s: %w", user, err)
	}
	g.Go(func() (err error) {
		p.orders, err = d.orders(ctx, user)
		return err
	})
	g.Go(func() (err error) {
		p.alerts, err = d.alerts(ctx, user)
		return err
	})
	p.plan = plan
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return &p, nil
}
