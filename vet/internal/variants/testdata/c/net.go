package c

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (c): a read from a connection that no deadline ends
func readHeader(ctx context.Context, conn net.Conn) ([]byte, error) {
	buf := make([]byte, 16)
	if _, err := conn.Read(buf); err != nil {
		return nil, err
	}
	return buf, try(ctx)
}

// fine: the context's end sets the deadline
func readHeaderOK(ctx context.Context, conn net.Conn) ([]byte, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	buf := make([]byte, 16)
	if _, err := conn.Read(buf); err != nil {
		return nil, err
	}
	return buf, try(ctx)
}

// want-rule (c): io.ReadFull over a connection
func readFrame(ctx context.Context, conn *net.TCPConn) ([]byte, error) {
	var size [1]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, size[0])
	_, err := io.ReadFull(conn, frame)
	return frame, err
}

// fine: a deadline before the read
func readFrameOK(ctx context.Context, conn *net.TCPConn) ([]byte, error) {
	d, ok := ctx.Deadline()
	if !ok {
		d = time.Now().Add(time.Minute)
	}
	if err := conn.SetReadDeadline(d); err != nil {
		return nil, err
	}
	var size [1]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, size[0])
	_, err := io.ReadFull(conn, frame)
	return frame, err
}

// want-rule (c): a scanner over a connection, in a loop
func lines(ctx context.Context, conn net.Conn, fn func(context.Context, string) error) error {
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		if err := fn(ctx, sc.Text()); err != nil {
			return err
		}
	}
	return sc.Err()
}

// fine: the connection is closed when the context ends
func linesOK(ctx context.Context, conn net.Conn, fn func(context.Context, string) error) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		if err := fn(ctx, sc.Text()); err != nil {
			return err
		}
	}
	return sc.Err()
}

// want-rule (c): a task reads from the field's connection
func (h *hub) receive(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			buf := make([]byte, 4096)
			for {
				n, err := h.conn.Read(buf)
				if err != nil {
					return err
				}
				if err := handle(ctx, event{n}); err != nil {
					return err
				}
			}
		})
		return nil
	})
}

// fine: the body closes the connection when the task's context ends
func (h *hub) receiveOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			stop := braid.AfterFunc(ctx, func() { h.conn.Close() })
			defer stop()
			buf := make([]byte, 4096)
			for {
				n, err := h.conn.Read(buf)
				if err != nil {
					return err
				}
				if err := handle(ctx, event{n}); err != nil {
					return err
				}
			}
		})
		return nil
	})
}

// want-rule (c): Accept that only an error ends
func acceptLoop(ctx context.Context, l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		if err := lineServer(ctx, conn); err != nil {
			return err
		}
	}
}

func lineServer(ctx context.Context, conn net.Conn) error {
	defer conn.Close()
	return ctx.Err()
}

// fine: the listener is closed with the context
func acceptLoopOK(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		if err := lineServer(ctx, conn); err != nil {
			return err
		}
	}
}

// want-rule (c): http.Get has no context
func download(ctx context.Context, url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// fine: a request with the context
func downloadOK(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// want-rule (c): a client's Post in a method
func (h *hub) report(ctx context.Context, body []byte) error {
	resp, err := h.http.Post("https://example.com/report", "text/plain", bytes.NewReader(body))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// fine: the request has the context
func (h *hub) reportOK(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, "POST", "https://example.com/report", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// want-rule (c): http.NewRequest where a context is in scope
func (h *hub) check(ctx context.Context, url string) error {
	req, err := http.NewRequest(http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// fine: made without, and given one before it is used
func (h *hub) checkOK(ctx context.Context, url string) error {
	req, err := http.NewRequest(http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	resp, err := h.http.Do(req.WithContext(ctx))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// want-rule (c): Query, and not QueryContext
func (h *hub) names(ctx context.Context) (names []string, err error) {
	rows, err := h.db.Query("select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		names = append(names, s)
	}
	return names, rows.Err()
}

// fine: QueryContext
func (h *hub) namesOK(ctx context.Context) (names []string, err error) {
	rows, err := h.db.QueryContext(ctx, "select name from users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		names = append(names, s)
	}
	return names, rows.Err()
}

// want-rule (c): a transaction without the context
func (h *hub) rename(ctx context.Context, id int, name string) error {
	tx, err := h.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("update users set name = ? where id = ?", name, id); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return tx.Commit()
}

// fine: a transaction with the context
func (h *hub) renameOK(ctx context.Context, id int, name string) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "update users set name = ? where id = ?", name, id); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return tx.Commit()
}

// want-rule (c): QueryRow in one expression, over an interface's value
func userName(ctx context.Context, tx *sql.Tx, id int) (name string, err error) {
	err = tx.QueryRow("select name from users where id = ?", id).Scan(&name)
	return name, err
}

// fine: QueryRowContext
func userNameOK(ctx context.Context, tx *sql.Tx, id int) (name string, err error) {
	err = tx.QueryRowContext(ctx, "select name from users where id = ?", id).Scan(&name)
	return name, err
}

// want-rule (c): a command that outlives the cancel
func gitHead(ctx context.Context, dir string) (string, error) {
	cmd := exec.Command("git", "rev-parse", "HEAD")
	cmd.Dir = dir
	out, err := cmd.Output()
	return string(out), err
}

// fine: CommandContext
func gitHeadOK(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", "rev-parse", "HEAD")
	cmd.Dir = dir
	out, err := cmd.Output()
	return string(out), err
}

// want-rule (c): a dial without the context, in a task
func ping(ctx context.Context, addrs []string) error {
	return braid.Each(ctx, addrs, func(ctx context.Context, addr string) error {
		c, err := net.DialTimeout("tcp", addr, time.Minute)
		if err != nil {
			return err
		}
		return c.Close()
	}, braid.Limit(8))
}

// fine: a Dialer with the context
func pingOK(ctx context.Context, addrs []string) error {
	return braid.Each(ctx, addrs, func(ctx context.Context, addr string) error {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}, braid.Limit(8))
}

// want-rule (c): a name is looked up without the context of the request
func (h *hub) resolve(w http.ResponseWriter, r *http.Request) {
	addrs, err := net.LookupHost(r.FormValue("host"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, addrs)
}

// fine: the resolver with the context
func (h *hub) resolveOK(w http.ResponseWriter, r *http.Request) {
	addrs, err := net.DefaultResolver.LookupHost(r.Context(), r.FormValue("host"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, addrs)
}
