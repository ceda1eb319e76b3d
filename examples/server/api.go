package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/braid-go/braid/service"
)

// This file is what the shop does for its clients.

type shop struct {
	pool *pool
	mail *mailer
}

func newShop(conns int, send func(ctx context.Context, to string) error) *shop {
	return &shop{newPool(conns), newMailer(100, send)}
}

func (s *shop) handler() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", s.serveOrder)
	mux.HandleFunc("GET /readyz", service.ServeReady)
	mux.HandleFunc("GET /livez", service.ServeLive)
	return mux
}

func (s *shop) serveOrder(w http.ResponseWriter, r *http.Request) {
	item, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1000))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	number, err := s.order(r.Context(), string(item))
	switch {
	case errors.Is(err, errBusy):
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		fmt.Fprintln(w, "order", number)
	}
}

// order stores an order and has mail sent about it.
func (s *shop) order(ctx context.Context, item string) (number string, err error) {
	err = s.pool.with(ctx, func(c *conn) error {
		number, err = c.insert(ctx, item)
		return err
	})
	if err != nil {
		return "", err
	}
	return number, s.mail.put("order " + number + ": " + item)
}
