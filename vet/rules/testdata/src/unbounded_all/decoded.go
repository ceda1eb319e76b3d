// Lists that come with a request.

package unbounded_all

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type order struct{ ID int }

type batch struct{ Orders []order }

func place(ctx context.Context, o order) error { return nil }

func ofBody(w http.ResponseWriter, r *http.Request) {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		return
	}
	g, ctx := errgroup.WithContext(r.Context())
	for _, o := range orders {
		g.Go(func() error { return place(ctx, o) }) // want `a goroutine for each element of what comes from outside`
	}
	_ = g.Wait()
}

func ofField(w http.ResponseWriter, r *http.Request, body []byte) error {
	var b batch
	if err := json.Unmarshal(body, &b); err != nil {
		return err
	}
	return braid.Each(r.Context(), b.Orders, place) // want `a task for each of what comes from outside`
}

func ofQuery(w http.ResponseWriter, r *http.Request) error {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	return braid.Each(r.Context(), ids, func(context.Context, string) error { return nil }) // want `give it a Limit`
}

func ofForm(w http.ResponseWriter, r *http.Request) {
	for _, id := range r.Form["id"] {
		go println(id) // want `a goroutine for each element`
	}
}

func limitedBody(w http.ResponseWriter, r *http.Request) error {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		return err
	}
	return braid.Each(r.Context(), orders, place, braid.Limit(8))
}

func limitedGroup(w http.ResponseWriter, r *http.Request) error {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(8)
	for _, o := range orders {
		g.Go(func() error { return place(ctx, o) })
	}
	return g.Wait()
}

// What a program is configured to do is its own choice, mostly: off by default.
func configured(ctx context.Context) error {
	raw, err := os.ReadFile("config.json")
	if err != nil {
		return err
	}
	var b batch
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	return braid.Each(ctx, b.Orders, place) // want `a task for each element of what is decoded`
}

func fromStore(w http.ResponseWriter, r *http.Request, orders []order) error {
	return braid.Each(r.Context(), orders, place)
}

func eachEvent(ctx context.Context, in <-chan order) error {
	var g errgroup.Group
	for {
		select {
		case o, ok := <-in:
			if !ok {
				return g.Wait()
			}
			g.Go(func() error { return place(ctx, o) }) // want `a goroutine for each value of a channel`
		case <-ctx.Done():
			return g.Wait()
		}
	}
}

func eachEventWaited(ctx context.Context, in <-chan order) {
	for {
		var g errgroup.Group
		o := <-in
		g.Go(func() error { return place(ctx, o) })
		_ = g.Wait()
	}
}
