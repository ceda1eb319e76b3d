// What says that a call waits, and what says that it is there for something else.

package noctx

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
)

type index struct{ kept map[string]string }

func (i *index) Find(key string) string                             { return i.kept[key] }
func (i *index) FindContext(ctx context.Context, key string) string { <-ctx.Done(); return "" }

func foundHere(ctx context.Context, i *index) string { return i.Find("a") }

func asksNobody(ctx context.Context) (net.Conn, error) { return net.Dial("udp", "192.0.2.1:53") }

func failsOver(ctx context.Context, get func(context.Context) error) error {
	if err := get(ctx); err != nil {
		_, err = http.Get("http://localhost/other")
		return err
	}
	_, err := http.Get("http://localhost/next") // want `Get does not know ctx`
	return err
}

func cleanup(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec("delete from rows")
	return err
}

// dropRows drops the rows at shutdown.
func dropRows(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec("delete from rows")
	return err
}

func deleteRows(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec("delete from rows") // want `Exec does not know ctx`
	return err
}

func edits(ctx context.Context, name string) error {
	cmd := exec.Command("vi", name)
	cmd.Stdin = os.Stdin
	return cmd.Run()
}

func begins(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	return db.Begin() // want `Begin does not know ctx: use BeginTx`
}

func beginsWith(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	return db.BeginTx(ctx, nil)
}

// It has no twin.
type beginner struct{}

func (beginner) Begin() error { return nil }

func beginsAny(ctx context.Context, b beginner) error { return b.Begin() }

// An interface of database/sql's kind has no body to look at.

type queryer interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func queries(ctx context.Context, q queryer) (*sql.Rows, error) {
	return q.Query("select 1") // want `Query does not know ctx`
}

// A request that is only filled in, and one that is sent.

type token struct{}

func (token) SetAuthHeader(*http.Request) {}

func header(ctx context.Context, t token) (string, error) {
	req, err := http.NewRequest("GET", "http://localhost", nil)
	if err != nil {
		return "", err
	}
	t.SetAuthHeader(req)
	return req.Header.Get("Authorization"), nil
}

func sends(ctx context.Context, c *http.Client, t token) (*http.Response, error) {
	req, err := http.NewRequest("GET", "http://localhost", nil) // want `NewRequest does not know ctx`
	if err != nil {
		return nil, err
	}
	t.SetAuthHeader(req)
	return c.Do(req)
}

// A statement that is executed with the context at once.

func stmt(ctx context.Context, tx *sql.Tx, s *sql.Stmt) error {
	if _, err := tx.Stmt(s).ExecContext(ctx); err != nil {
		return err
	}
	_, err := tx.Stmt(s).Exec() // want `Stmt does not know ctx` `Exec does not know ctx`
	return err
}

// A process that goes on when the function has returned.

type writer struct{ in io.WriteCloser }

func (w *writer) connect(ctx context.Context, name string) (err error) {
	cmd := exec.Command(name)
	if w.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	go func() {
		out, err := cmd.Output()
		println(string(out), err)
	}()
	return nil
}

func (token) FillHeader(r *http.Request, name string) error { r.Header.Set(name, "x"); return nil }

func (token) Ask(r *http.Request) error { return nil }

func filled(ctx context.Context, t token) (string, error) {
	req, err := http.NewRequest("GET", "http://localhost", nil)
	if err != nil {
		return "", err
	}
	if err := t.FillHeader(req, "a"); err != nil {
		return "", err
	}
	return req.Header.Get("a"), nil
}

func asked(ctx context.Context, t token) error {
	req, err := http.NewRequest("GET", "http://localhost", nil) // want `NewRequest does not know ctx`
	if err != nil {
		return err
	}
	if err := t.FillHeader(req, "a"); err != nil {
		return err
	}
	return t.Ask(req)
}
