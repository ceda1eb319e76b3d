package b

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): one of the group's tasks starts a goroutine that the group does not wait for, with the request's context
func (h *Hub) Publish(w http.ResponseWriter, r *http.Request) {
	msg, err := readMessage(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var g errgroup.Group
	g.Go(func() error { return h.log.Append(r.Context(), msg) })
	g.Go(func() error {
		go h.deliver(r.Context(), msg)
		return h.cache.Append(r.Context(), msg)
	})
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// fine: the delivery is a task of the group too
func (h *Hub) PublishOK(w http.ResponseWriter, r *http.Request) {
	msg, err := readMessage(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var g errgroup.Group
	g.Go(func() error { return h.log.Append(r.Context(), msg) })
	g.Go(func() error {
		h.deliver(r.Context(), msg)
		return nil
	})
	g.Go(func() error { return h.cache.Append(r.Context(), msg) })
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// want-rule (b): the timer's function starts the renewal as a goroutine, which Stop neither ends nor waits for
func (l *Leases) Hold(ctx context.Context, id string, work func(ctx context.Context) error) error {
	t := time.AfterFunc(l.ttl/2, func() {
		go l.renew(ctx, id)
	})
	defer t.Stop()
	if err := work(ctx); err != nil {
		return fmt.Errorf("lease %s: %w", id, err)
	}
	return nil
}

// fine: the renewal is a goroutine of a wait group, and both have ended when the function returns
func (l *Leases) HoldOK(ctx context.Context, id string, work func(ctx context.Context) error) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() {
		t := time.NewTimer(l.ttl / 2)
		defer t.Stop()
		select {
		case <-t.C:
			l.renew(ctx, id)
		case <-ctx.Done():
		}
	})
	if err := work(ctx); err != nil {
		return fmt.Errorf("lease %s: %w", id, err)
	}
	return nil
}

// want-rule (b): the wait group is never waited for, so the slower queries go on after the first answer was returned
func (r *Resolver) Lookup(ctx context.Context, name string) (string, error) {
	var wg conc.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replies := make(chan reply, len(r.servers))
	for _, srv := range r.servers {
		wg.Go(func() {
			addr, err := srv.Query(ctx, name)
			replies <- reply{addr, err}
		})
	}
	failed := fmt.Errorf("lookup %s: no answer", name)
	for range r.servers {
		select {
		case rep := <-replies:
			if rep.err == nil {
				return rep.addr, nil
			}
			failed = errors.Join(failed, rep.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	return "", failed
}

// fine: the slower queries are cancelled and waited for before the function returns
func (r *Resolver) LookupOK(ctx context.Context, name string) (string, error) {
	var wg conc.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replies := make(chan reply, len(r.servers))
	for _, srv := range r.servers {
		wg.Go(func() {
			addr, err := srv.Query(ctx, name)
			replies <- reply{addr, err}
		})
	}
	failed := fmt.Errorf("lookup %s: no answer", name)
	for range r.servers {
		select {
		case rep := <-replies:
			if rep.err == nil {
				return rep.addr, nil
			}
			failed = errors.Join(failed, rep.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	return "", failed
}

// part of AcceptOne: accepts one connection and sends it
func accept(ln net.Listener, to chan<- accepted) {
	conn, err := ln.Accept()
	to <- accepted{conn, err}
}

// part of AcceptOneOK: accepts one connection and sends it
func acceptOK(ln net.Listener, to chan<- accepted) {
	conn, err := ln.Accept()
	to <- accepted{conn, err}
}

// want-rule (b): when the context ends first nobody receives what accept sends on the unbuffered channel
func AcceptOne(ctx context.Context, ln net.Listener) (net.Conn, error) {
	defer ln.Close()
	ch := make(chan accepted)
	go accept(ln, ch)
	select {
	case a := <-ch:
		if a.err != nil {
			return nil, fmt.Errorf("accept on %s: %w", ln.Addr(), a.err)
		}
		return a.conn, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fine: when the context ends first the listener is closed, and what accept then sends is received
func AcceptOneOK(ctx context.Context, ln net.Listener) (net.Conn, error) {
	defer ln.Close()
	ch := make(chan accepted)
	go acceptOK(ln, ch)
	select {
	case a := <-ch:
		if a.err != nil {
			return nil, fmt.Errorf("accept on %s: %w", ln.Addr(), a.err)
		}
		return a.conn, nil
	case <-ctx.Done():
		ln.Close()
		if a := <-ch; a.err == nil {
			a.conn.Close()
		}
		return nil, context.Cause(ctx)
	}
}
