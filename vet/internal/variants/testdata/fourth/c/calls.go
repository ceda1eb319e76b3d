package c

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// want-rule (c): a peer that says nothing keeps it in the Read
func readFrame(ctx context.Context, conn net.Conn) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var hdr [4]byte
	if _, err := io.ReadFull(conn, hdr[:]); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	n := binary.BigEndian.Uint32(hdr[:])
	if n > maxFrame {
		return nil, errTooBig
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(conn, buf); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return buf, nil
}

// fine: the end of ctx ends the Read
func readFrameOK(ctx context.Context, conn net.Conn) ([]byte, error) {
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var hdr [4]byte
	if _, err := io.ReadFull(conn, hdr[:]); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	n := binary.BigEndian.Uint32(hdr[:])
	if n > maxFrame {
		return nil, errTooBig
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(conn, buf); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return buf, nil
}

// want-rule (c): the token is asked for with ctx, the call is made without
func (c *apiClient) getJSON(ctx context.Context, path string, out any) error {
	tok, err := c.tokens.Token(ctx)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+tok)
	res, err := c.hc.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// fine: the request is given ctx afterwards
func (c *apiClient) getJSONOK(ctx context.Context, path string, out any) error {
	tok, err := c.tokens.Token(ctx)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+tok)
	res, err := c.hc.Do(req.WithContext(ctx))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// want-rule (c): the transaction begins with ctx, its statements run without
func (l *ledger) book(ctx context.Context, entries []entry) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	ins, err := tx.PrepareContext(ctx, "insert into entries (account, cents) values (?, ?)")
	if err != nil {
		return err
	}
	defer ins.Close()
	for _, e := range entries {
		if _, err := ins.Exec(e.account, e.cents); err != nil {
			return fmt.Errorf("account %s: %w", e.account, err)
		}
	}
	return tx.Commit()
}

// fine: all of it with ctx
func (l *ledger) bookOK(ctx context.Context, entries []entry) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	ins, err := tx.PrepareContext(ctx, "insert into entries (account, cents) values (?, ?)")
	if err != nil {
		return err
	}
	defer ins.Close()
	for _, e := range entries {
		if _, err := ins.ExecContext(ctx, e.account, e.cents); err != nil {
			return fmt.Errorf("account %s: %w", e.account, err)
		}
	}
	return tx.Commit()
}
