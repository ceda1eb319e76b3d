package i

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (i): the client decides how many run at once
func (t *thumbs) renderAll(w http.ResponseWriter, r *http.Request) {
	var req struct {
		IDs []string `json:"ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := braid.Each(r.Context(), req.IDs, t.render, braid.Name("render")); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fine: eight at once, however many it sends
func (t *thumbs) renderAllOK(w http.ResponseWriter, r *http.Request) {
	var req struct {
		IDs []string `json:"ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := braid.Each(r.Context(), req.IDs, t.render, braid.Name("render"), braid.Limit(8)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// want-rule (i): a task for each id of the query
func (t *thumbs) sizes(w http.ResponseWriter, r *http.Request) {
	ids := strings.Split(r.FormValue("ids"), ",")
	if len(ids) == 0 || ids[0] == "" {
		http.Error(w, "ids is empty", http.StatusBadRequest)
		return
	}
	sizes := make([]int64, len(ids))
	g, ctx := errgroup.WithContext(r.Context())
	for i, id := range ids {
		g.Go(func() (err error) {
			sizes[i], err = t.stat(ctx, id)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(sizes)
}

// fine: more than sixteen are refused
func (t *thumbs) sizesOK(w http.ResponseWriter, r *http.Request) {
	ids := strings.Split(r.FormValue("ids"), ",")
	if len(ids) > 16 || ids[0] == "" {
		http.Error(w, "ids is empty or too long", http.StatusBadRequest)
		return
	}
	sizes := make([]int64, len(ids))
	g, ctx := errgroup.WithContext(r.Context())
	for i, id := range ids {
		g.Go(func() (err error) {
			sizes[i], err = t.stat(ctx, id)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(sizes)
}

// want-rule (i): a negative limit is none, and a goroutine deletes each key
func empty(ctx context.Context, b bucket) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(-1)
	var failed error
	for after := ""; ; {
		page, err := b.List(ctx, after)
		if err != nil {
			failed = fmt.Errorf("list after %q: %w", after, err)
			break
		}
		for _, key := range page.Keys {
			g.Go(func() error { return b.Delete(ctx, key) })
		}
		if after = page.Next; after == "" {
			break
		}
	}
	return errors.Join(failed, g.Wait())
}

// fine: thirty-two at once
func emptyOK(ctx context.Context, b bucket) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	var failed error
	for after := ""; ; {
		page, err := b.List(ctx, after)
		if err != nil {
			failed = fmt.Errorf("list after %q: %w", after, err)
			break
		}
		for _, key := range page.Keys {
			g.Go(func() error { return b.Delete(ctx, key) })
		}
		if after = page.Next; after == "" {
			break
		}
	}
	return errors.Join(failed, g.Wait())
}

// want-rule (i): as many workers as there are events in the body
func (in *ingest) post(w http.ResponseWriter, r *http.Request) {
	var evs []event
	if err := json.NewDecoder(r.Body).Decode(&evs); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	todo := make(chan event, len(evs))
	for _, ev := range evs {
		todo <- ev
	}
	close(todo)
	g, ctx := errgroup.WithContext(r.Context())
	for range len(evs) {
		g.Go(func() error {
			for ev := range todo {
				if err := in.store(ctx, ev); err != nil {
					return fmt.Errorf("event %d: %w", ev.ID, err)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fine: eight workers at most, though the loop asks for the events' number too
func (in *ingest) postOK(w http.ResponseWriter, r *http.Request) {
	var evs []event
	if err := json.NewDecoder(r.Body).Decode(&evs); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	todo := make(chan event, len(evs))
	for _, ev := range evs {
		todo <- ev
	}
	close(todo)
	g, ctx := errgroup.WithContext(r.Context())
	for range min(len(evs), 8) {
		g.Go(func() error {
			for ev := range todo {
				if err := in.store(ctx, ev); err != nil {
					return fmt.Errorf("event %d: %w", ev.ID, err)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
