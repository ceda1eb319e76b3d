package i

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (i): a goroutine is started for each line of the input, however many there are
func probeLines(ctx context.Context, in io.Reader, p prober) error {
	g, ctx := errgroup.WithContext(ctx)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		addr := lines.Text()
		g.Go(func() error { return p.Probe(ctx, addr) })
	}
	return errors.Join(lines.Err(), g.Wait())
}

// fine: the group's limit holds the reading back
func probeLinesOK(ctx context.Context, in io.Reader, p prober) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		addr := lines.Text()
		g.Go(func() error { return p.Probe(ctx, addr) })
	}
	return errors.Join(lines.Err(), g.Wait())
}

// want-rule (i): a goroutine is started for each row of the table
func (r *reminder) remindAll(ctx context.Context) (err error) {
	rows, err := r.db.QueryContext(ctx, "SELECT id FROM users WHERE due < now()")
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		g.Go(func() error { return r.mail.Send(gctx, id) })
	}
	return rows.Err()
}

// fine: no more rows are read than there are mails under way
func (r *reminder) remindAllOK(ctx context.Context) (err error) {
	rows, err := r.db.QueryContext(ctx, "SELECT id FROM users WHERE due < now()")
	if err != nil {
		return err
	}
	defer rows.Close()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		g.Go(func() error { return r.mail.Send(gctx, id) })
	}
	return rows.Err()
}

// want-rule (i): the pool has no bound, and gets a task for each advisory that the decoded document has
func scanAdvisories(ctx context.Context, doc []byte, s scanner) error {
	var list []advisory
	if err := json.Unmarshal(doc, &list); err != nil {
		return err
	}
	p := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError()
	for _, a := range list {
		p.Go(func(ctx context.Context) error {
			return s.Scan(ctx, a)
		})
	}
	return p.Wait()
}

// fine: the pool has a bound
func scanAdvisoriesOK(ctx context.Context, doc []byte, s scanner) error {
	var list []advisory
	if err := json.Unmarshal(doc, &list); err != nil {
		return err
	}
	p := pool.New().WithMaxGoroutines(16).WithContext(ctx).WithCancelOnError().WithFirstError()
	for _, a := range list {
		p.Go(func(ctx context.Context) error {
			return s.Scan(ctx, a)
		})
	}
	return p.Wait()
}

// want-rule (i): a task is started for each message of the feed as it comes
func handleEach[T any](ctx context.Context, in <-chan T, handle func(context.Context, T) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case m, ok := <-in:
				if !ok {
					return nil
				}
				g.Go(func(ctx context.Context) error { return handle(ctx, m) })
			}
		}
	})
}

// fine: GoWait takes the next message only once the task has a slot under the limit
func handleEachOK[T any](ctx context.Context, in <-chan T, handle func(context.Context, T) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case m, ok := <-in:
				if !ok {
					return nil
				}
				if err := g.GoWait(ctx, func(ctx context.Context) error { return handle(ctx, m) }); err != nil {
					return err
				}
			}
		}
	}, braid.Limit(16))
}

// want-rule (i): all files of the spool directory are delivered at once
func (s *spool) deliverAll(ctx context.Context) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	return braid.Each(ctx, entries, func(ctx context.Context, e os.DirEntry) error {
		if e.IsDir() {
			return nil
		}
		return s.deliver(ctx, filepath.Join(s.dir, e.Name()))
	}, braid.Supervised)
}

// fine: at most eight files of the spool directory are delivered at once
func (s *spool) deliverAllOK(ctx context.Context) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	return braid.Each(ctx, entries, func(ctx context.Context, e os.DirEntry) error {
		if e.IsDir() {
			return nil
		}
		return s.deliver(ctx, filepath.Join(s.dir, e.Name()))
	}, braid.Supervised, braid.Limit(8))
}
