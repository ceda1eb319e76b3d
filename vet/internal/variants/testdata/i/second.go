package i

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"io"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type consumer interface {
	ReadMessage(ctx context.Context) (order, error)
}

// want-rule (i): a goroutine for each row
func notify(ctx context.Context, rows *sql.Rows) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for rows.Next() {
		var o order
		if err := rows.Scan(&o.ID); err != nil {
			return err
		}
		wg.Go(func() { _ = place(ctx, o) })
	}
	return rows.Err()
}

// fine: eight at a time
func notifyOK(ctx context.Context, rows *sql.Rows) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for rows.Next() {
		var o order
		if err := rows.Scan(&o.ID); err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return place(ctx, o) })
	}
	return errors.Join(rows.Err(), g.Wait())
}

// want-rule (i): a task for each record of a CSV file
func load(ctx context.Context, r io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		cr := csv.NewReader(r)
		for {
			rec, err := cr.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error { return place(ctx, order{len(rec)}) })
		}
	})
}

// fine: as many as Limit says, and the reader waits
func loadOK(ctx context.Context, r io.Reader) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		cr := csv.NewReader(r)
		for {
			rec, err := cr.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			err = g.GoWait(ctx, func(ctx context.Context) error { return place(ctx, order{len(rec)}) })
			if err != nil {
				return err
			}
		}
	}, braid.Limit(8))
}

// want-rule (i): a goroutine for each message of a queue
func listen(ctx context.Context, c consumer) error {
	g, ctx := errgroup.WithContext(ctx)
	for {
		o, err := c.ReadMessage(ctx)
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return place(ctx, o) })
	}
}

// fine: a limit
func listenOK(ctx context.Context, c consumer) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for {
		o, err := c.ReadMessage(ctx)
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return place(ctx, o) })
	}
}
