package b

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// want-rule (b): the first answer wins, and the losers' sends hold up the deferred Wait for ever
func (r *resolver) lookup(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	answers := make(chan answer)
	for _, up := range r.upstreams {
		wg.Go(func() {
			addr, err := up.query(ctx, name)
			answers <- answer{addr, err}
		})
	}
	var errs []error
	for range r.upstreams {
		select {
		case a := <-answers:
			if a.err == nil {
				return a.addr, nil
			}
			errs = append(errs, a.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	return "", errors.Join(errs...)
}

// fine: the channel has room for every answer
func (r *resolver) lookupOK(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	answers := make(chan answer, len(r.upstreams))
	for _, up := range r.upstreams {
		wg.Go(func() {
			addr, err := up.query(ctx, name)
			answers <- answer{addr, err}
		})
	}
	var errs []error
	for range r.upstreams {
		select {
		case a := <-answers:
			if a.err == nil {
				return a.addr, nil
			}
			errs = append(errs, a.err)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	return "", errors.Join(errs...)
}

// want-rule (b): once ctx is dead nobody receives what hello returns
func (c *client) handshake(ctx context.Context, conn net.Conn) error {
	done := make(chan error)
	go func() { done <- c.hello(conn) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		conn.Close()
		return context.Cause(ctx)
	}
}

// fine: the close makes hello return, and that is received
func (c *client) handshakeOK(ctx context.Context, conn net.Conn) error {
	done := make(chan error)
	go func() { done <- c.hello(conn) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		conn.Close()
		<-done
		return context.Cause(ctx)
	}
}

type row struct {
	key, value string
}

type batch struct {
	insert func(r row) error
}

// want-rule (b): each worker leaves at its first error, and then nobody takes the rows
func (b *batch) run(rows []row) error {
	const workers = 4
	jobs := make(chan row)
	errc := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for r := range jobs {
				if err := b.insert(r); err != nil {
					errc <- fmt.Errorf("row %s: %w", r.key, err)
					return
				}
			}
		})
	}
	for _, r := range rows {
		jobs <- r
	}
	close(jobs)
	wg.Wait()
	close(errc)
	var errs []error
	for err := range errc {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// fine: a worker that has failed takes the rest of the rows and throws them away
func (b *batch) runOK(rows []row) error {
	const workers = 4
	jobs := make(chan row)
	errc := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for r := range jobs {
				if err := b.insert(r); err != nil {
					errc <- fmt.Errorf("row %s: %w", r.key, err)
					for range jobs {
					}
					return
				}
			}
		})
	}
	for _, r := range rows {
		jobs <- r
	}
	close(jobs)
	wg.Wait()
	close(errc)
	var errs []error
	for err := range errc {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
