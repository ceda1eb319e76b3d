package i

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// part of load: hands a record to the group
func (l *loader) add(ctx context.Context, g *errgroup.Group, line int, rec []string) {
	g.Go(func() error {
		if err := l.table.Insert(ctx, rec); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		return nil
	})
}

// want-rule (i): by way of the method each record of the file starts a goroutine
func (l *loader) load(ctx context.Context, src io.Reader) (n int, err error) {
	r := csv.NewReader(src)
	g, gctx := errgroup.WithContext(ctx)
	for gctx.Err() == nil {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, errors.Join(fmt.Errorf("load: %w", err), g.Wait())
		}
		n++
		l.add(gctx, g, n, rec)
	}
	return n, errors.Join(g.Wait(), ctx.Err())
}

// fine: the group has a limit, at which the method blocks and so holds the reading back
func (l *loader) loadOK(ctx context.Context, src io.Reader) (n int, err error) {
	r := csv.NewReader(src)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(l.parallel)
	for gctx.Err() == nil {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, errors.Join(fmt.Errorf("load: %w", err), g.Wait())
		}
		n++
		l.add(gctx, g, n, rec)
	}
	return n, errors.Join(g.Wait(), ctx.Err())
}

// want-rule (i): a limit of -1 is none, and each change that the peer sends starts a goroutine
func (f *follower) follow(ctx context.Context, body io.Reader) error {
	dec := json.NewDecoder(body)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(-1)
	for {
		var c change
		switch err := dec.Decode(&c); {
		case errors.Is(err, io.EOF):
			return g.Wait()
		case err != nil:
			return errors.Join(fmt.Errorf("follow: %w", err), g.Wait())
		case gctx.Err() != nil:
			return errors.Join(g.Wait(), ctx.Err())
		}
		g.Go(func() error { return f.apply(gctx, c) })
	}
}

// fine: the group has a limit
func (f *follower) followOK(ctx context.Context, body io.Reader) error {
	dec := json.NewDecoder(body)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(f.parallel)
	for {
		var c change
		switch err := dec.Decode(&c); {
		case errors.Is(err, io.EOF):
			return g.Wait()
		case err != nil:
			return errors.Join(fmt.Errorf("follow: %w", err), g.Wait())
		case gctx.Err() != nil:
			return errors.Join(g.Wait(), ctx.Err())
		}
		g.Go(func() error { return f.apply(gctx, c) })
	}
}

// want-rule (i): Each without a Limit checks all hosts of the file at once
func (b *blocklist) verify(ctx context.Context, name string) (int, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, fmt.Errorf("blocklist: %w", err)
	}
	hosts := strings.Fields(string(text))
	err = braid.Each(ctx, hosts, b.check, braid.Name("blocklist"))
	if err != nil {
		return 0, err
	}
	b.log.InfoContext(ctx, "verified", "hosts", len(hosts))
	return len(hosts), nil
}

// fine: Each checks as many hosts at a time as Limit says
func (b *blocklist) verifyOK(ctx context.Context, name string) (int, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, fmt.Errorf("blocklist: %w", err)
	}
	hosts := strings.Fields(string(text))
	err = braid.Each(ctx, hosts, b.check, braid.Name("blocklist"), braid.Limit(b.parallel))
	if err != nil {
		return 0, err
	}
	b.log.InfoContext(ctx, "verified", "hosts", len(hosts))
	return len(hosts), nil
}

// want-rule (i): the chunks have a fixed size, so how many goroutines there are grows with the list that the body has
func (m *mailer) sendAll(ctx context.Context, body io.Reader) error {
	var addrs []string
	if err := json.NewDecoder(body).Decode(&addrs); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	const size = 20
	g, gctx := errgroup.WithContext(ctx)
	for chunk := range slices.Chunk(addrs, size) {
		g.Go(func() error {
			for _, a := range chunk {
				if err := m.send(gctx, a); err != nil {
					return fmt.Errorf("send to %s: %w", a, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the size of the chunks grows with the list, and there are never more of them than workers
func (m *mailer) sendAllOK(ctx context.Context, body io.Reader) error {
	var addrs []string
	if err := json.NewDecoder(body).Decode(&addrs); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	size := max(1, (len(addrs)+m.workers-1)/m.workers)
	g, gctx := errgroup.WithContext(ctx)
	for chunk := range slices.Chunk(addrs, size) {
		g.Go(func() error {
			for _, a := range chunk {
				if err := m.send(gctx, a); err != nil {
					return fmt.Errorf("send to %s: %w", a, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}
