package g

import (
	"context"
	"errors"
	"io"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the deferred Wait throws the verifiers' error away
func (e *Exporter) Export(ctx context.Context, tables []Table, w io.Writer) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer g.Wait()
	for _, t := range tables {
		g.Go(func() error {
			return e.verify(gctx, t.Name)
		})
	}
	return e.dump(ctx, "schema", w)
}

// fine: the deferred Wait joins the verifiers' error into the result
func (e *Exporter) ExportOK(ctx context.Context, tables []Table, w io.Writer) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	defer func() {
		err = errors.Join(err, g.Wait())
	}()
	for _, t := range tables {
		g.Go(func() error {
			return e.verify(gctx, t.Name)
		})
	}
	return e.dump(ctx, "schema", w)
}

// want-rule (g): the error of Wait is overwritten by that of Close before anybody has looked at it
func (e *Exporter) ExportTable(ctx context.Context, table string) error {
	f, err := e.open(table)
	if err != nil {
		return err
	}
	pr, pw := io.Pipe()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := e.dump(ctx, table, pw)
		pw.CloseWithError(err)
		return err
	})
	g.Go(func() error {
		_, err := io.Copy(f, pr)
		pr.CloseWithError(err)
		return err
	})
	err = g.Wait()
	err = f.Close()
	return err
}

// fine: both errors are kept
func (e *Exporter) ExportTableOK(ctx context.Context, table string) error {
	f, err := e.open(table)
	if err != nil {
		return err
	}
	pr, pw := io.Pipe()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := e.dump(ctx, table, pw)
		pw.CloseWithError(err)
		return err
	})
	g.Go(func() error {
		_, err := io.Copy(f, pr)
		pr.CloseWithError(err)
		return err
	})
	err = g.Wait()
	return errors.Join(err, f.Close())
}

// want-rule (g): the pool's error is dropped by the second result going to blank
func Rows(ctx context.Context, names []string, count func(context.Context, string) (Table, error)) int {
	p := pool.NewWithResults[Table]().WithContext(ctx).WithMaxGoroutines(4)
	for _, name := range names {
		p.Go(func(ctx context.Context) (Table, error) {
			return count(ctx, name)
		})
	}
	tables, _ := p.Wait()
	total := 0
	for _, t := range tables {
		total += t.Rows
	}
	return total
}

// fine: the pool's error is returned
func RowsOK(ctx context.Context, names []string, count func(context.Context, string) (Table, error)) (int, error) {
	p := pool.NewWithResults[Table]().WithContext(ctx).WithMaxGoroutines(4)
	for _, name := range names {
		p.Go(func(ctx context.Context) (Table, error) {
			return count(ctx, name)
		})
	}
	tables, err := p.Wait()
	if err != nil {
		return 0, err
	}
	total := 0
	for _, t := range tables {
		total += t.Rows
	}
	return total, nil
}
