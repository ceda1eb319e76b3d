package background

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// A step of a task under another context than the steps before.

func prunes(ctx context.Context, db *sql.DB, tables []string) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, table := range tables {
		g.Go(func() error {
			var n int
			if err := db.QueryRowContext(gctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
				return err
			}
			if n < 100 {
				return nil
			}
			if _, err := db.ExecContext(context.Background(), "DELETE FROM "+table); err != nil { // want `context.Background\(\) does not end with ctx`
				return fmt.Errorf("prune: %w", err)
			}
			return nil
		})
	}
	return g.Wait()
}

type depot struct{ shelf shelf }

type shelf interface {
	Has(ctx context.Context, key string) (bool, error)
	Take(ctx context.Context) (string, error)
	Fill(ctx context.Context, key string) error
	Commit(ctx context.Context, key string) error
}

func (d *depot) fills(ctx context.Context, key string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if has, err := d.shelf.Has(ctx, key); err != nil || has {
				return err
			}
			return d.shelf.Fill(context.Background(), key) // want `does not end with ctx`
		})
		return nil
	})
}

// Left alone.

func (d *depot) meant(ctx context.Context, other shelf, key string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { // puts away what it has taken
		got, err := d.shelf.Take(ctx)
		if err != nil {
			return err
		}
		return d.shelf.Fill(context.Background(), got)
	})
	g.Go(func() error { // finishes what it has begun
		if has, err := d.shelf.Has(ctx, key); err != nil || has {
			return err
		}
		if err := d.shelf.Fill(ctx, key); err != nil {
			return err
		}
		return d.shelf.Fill(context.Background(), key+"2")
	})
	g.Go(func() error { // says what has become of it
		if has, err := d.shelf.Has(ctx, key); err != nil || !has {
			return err
		}
		return d.shelf.Commit(context.Background(), key)
	})
	g.Go(func() error { // of another
		if has, err := d.shelf.Has(ctx, key); err != nil || !has {
			return err
		}
		return other.Fill(context.Background(), key)
	})
	g.Go(func() error { // does not fail by it
		if has, err := d.shelf.Has(ctx, key); err != nil || !has {
			return err
		}
		if err := d.shelf.Fill(context.Background(), key); err != nil {
			fmt.Println(err)
		}
		return nil
	})
	return g.Wait()
}

func (d *depot) alone(ctx context.Context, key string) error {
	if has, err := d.shelf.Has(ctx, key); err != nil || has {
		return err
	}
	return d.shelf.Fill(context.Background(), key)
}

// A context that is only asked for its end is not what the work is for; but TODO is still to be seen to.

func asksOnly(ctx context.Context, get func(context.Context) (int, error)) (sum int, err error) {
	for ctx.Err() == nil {
		n, err := get(context.Background())
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, ctx.Err()
}

func asksOnlyYet(ctx context.Context, get func(context.Context) (int, error)) (sum int, err error) {
	for ctx.Err() == nil {
		n, err := get(context.TODO()) // want `context.TODO\(\) does not end with ctx`
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, ctx.Err()
}
