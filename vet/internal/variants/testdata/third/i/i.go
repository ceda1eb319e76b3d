// Package i holds loops that start a task for each thing that comes from outside.
package i

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

type mailer interface {
	Send(ctx context.Context, addr string) error
}

// want-rule (i): one goroutine for each row of the table, no limit
func mailSubscribers(ctx context.Context, db *sql.DB, m mailer) error {
	rows, err := db.QueryContext(ctx, "SELECT mail FROM subscribers")
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	for rows.Next() {
		var addr string
		if err = rows.Scan(&addr); err != nil {
			break
		}
		g.Go(func() error { return m.Send(gctx, addr) })
	}
	if werr := g.Wait(); werr != nil {
		return werr
	}
	if err != nil {
		return err
	}
	return rows.Err()
}

// fine: SetLimit holds the loop back
func mailSubscribersOK(ctx context.Context, db *sql.DB, m mailer) error {
	rows, err := db.QueryContext(ctx, "SELECT mail FROM subscribers")
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for rows.Next() {
		var addr string
		if err = rows.Scan(&addr); err != nil {
			break
		}
		g.Go(func() error { return m.Send(gctx, addr) })
	}
	if werr := g.Wait(); werr != nil {
		return werr
	}
	if err != nil {
		return err
	}
	return rows.Err()
}

type linker struct {
	check func(ctx context.Context, url string) error
}

// want-rule (i): one task for each line of the input, no limit
func (l *linker) checkList(ctx context.Context, in io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			url := sc.Text()
			if url == "" || url[0] == '#' {
				continue
			}
			g.Go(func(ctx context.Context) error { return l.check(ctx, url) })
		}
		return sc.Err()
	}, braid.Supervised, braid.Name("links"))
}

// fine: a Limit, and GoWait holds the reader back
func (l *linker) checkListOK(ctx context.Context, in io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			url := sc.Text()
			if url == "" || url[0] == '#' {
				continue
			}
			err := g.GoWait(ctx, func(ctx context.Context) error { return l.check(ctx, url) })
			if err != nil {
				return err
			}
		}
		return sc.Err()
	}, braid.Supervised, braid.Name("links"), braid.Limit(32))
}

type hook struct {
	URL   string          `json:"url"`
	Event json.RawMessage `json:"event"`
}

type deliverer interface {
	Deliver(ctx context.Context, h hook) error
}

// want-rule (i): the client decides how many goroutines there are
func deliverBulk(ctx context.Context, body io.Reader, d deliverer) error {
	var bulk struct {
		Hooks []hook `json:"hooks"`
	}
	if err := json.NewDecoder(body).Decode(&bulk); err != nil {
		return fmt.Errorf("bulk: %w", err)
	}
	p := pool.New().WithContext(ctx).WithFirstError()
	for _, h := range bulk.Hooks {
		p.Go(func(ctx context.Context) error {
			return d.Deliver(ctx, h)
		})
	}
	return p.Wait()
}

// fine: the pool has a maximum
func deliverBulkOK(ctx context.Context, body io.Reader, d deliverer) error {
	var bulk struct {
		Hooks []hook `json:"hooks"`
	}
	if err := json.NewDecoder(body).Decode(&bulk); err != nil {
		return fmt.Errorf("bulk: %w", err)
	}
	p := pool.New().WithMaxGoroutines(20).WithContext(ctx).WithFirstError()
	for _, h := range bulk.Hooks {
		p.Go(func(ctx context.Context) error {
			return d.Deliver(ctx, h)
		})
	}
	return p.Wait()
}
