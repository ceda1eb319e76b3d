package escape

import (
	"context"
	"database/sql"
	"net/http"
	"os/exec"

	"golang.org/x/sync/errgroup"
)

// What ends with the context that it was made with.

func books(ctx context.Context, db *sql.DB) error {
	g, gctx := errgroup.WithContext(ctx)
	tx, err := db.BeginTx(gctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, q := range []string{"a", "b"} {
		g.Go(func() error {
			_, err := tx.ExecContext(gctx, q)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return tx.Commit() // want `tx was made with gctx, and ended with that at the Wait in line 27`
}

func readsRows(ctx context.Context, db *sql.DB) (n int, err error) {
	var rows *sql.Rows
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		rows, err = db.QueryContext(ctx, "SELECT")
		return err
	})
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() { // want `rows was made with ctx, and ended with that`
		n++
	}
	return n, rows.Err()
}

type upload interface {
	Send(*int) error
	CloseAndRecv() (*int, error)
	CloseSend() error
	SendMsg(m any) error
	RecvMsg(m any) error
}

type remote interface {
	Upload(ctx context.Context) (upload, error)
}

func uploads(ctx context.Context, r remote) (*int, error) {
	g, gctx := errgroup.WithContext(ctx)
	to, err := r.Upload(gctx)
	if err != nil {
		return nil, err
	}
	g.Go(func() error { return to.Send(nil) })
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return to.CloseAndRecv() // want `to was made with gctx`
}

func runs(ctx context.Context, hc *http.Client) error {
	g, ctx := errgroup.WithContext(ctx)
	cmd := exec.CommandContext(ctx, "true")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", nil)
	if err != nil {
		return err
	}
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	if err := cmd.Run(); err != nil { // want `cmd was made with ctx`
		return err
	}
	res, err := hc.Do(req) // want `req was made with ctx`
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Left alone.

func booksOK(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := tx.ExecContext(ctx, "a")
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return tx.Commit()
}

func booksInTask(ctx context.Context, db *sql.DB) error {
	var tx *sql.Tx
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if tx, err = db.BeginTx(gctx, nil); err != nil {
			return err
		}
		if _, err := tx.ExecContext(gctx, "a"); err != nil {
			return err
		}
		return tx.Commit()
	})
	if err := g.Wait(); err != nil {
		if tx != nil {
			_ = tx.Rollback()
		}
		return err
	}
	return nil
}

func connects(ctx context.Context, db *sql.DB) error {
	var conn *sql.Conn
	var stmt *sql.Stmt
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		conn, err = db.Conn(gctx)
		return err
	})
	g.Go(func() (err error) {
		stmt, err = db.PrepareContext(gctx, "a")
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	defer stmt.Close()
	return conn.PingContext(ctx)
}

func runsOK(ctx context.Context, hc *http.Client) error {
	g, gctx := errgroup.WithContext(ctx)
	cmd := exec.CommandContext(gctx, "true")
	req, err := http.NewRequestWithContext(gctx, http.MethodPost, "http://localhost/", nil)
	if err != nil {
		return err
	}
	g.Go(cmd.Run)
	g.Go(func() error {
		res, err := hc.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	})
	if err := g.Wait(); err != nil || !cmd.ProcessState.Success() {
		return err
	}
	res, err := hc.Do(req.WithContext(ctx))
	if err != nil {
		return err
	}
	return res.Body.Close()
}
