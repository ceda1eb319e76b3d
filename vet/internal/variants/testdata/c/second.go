package c

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (c): a line is read from a connection
func greet(ctx context.Context, conn net.Conn) (string, error) {
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return line, try(ctx)
}

// fine: with a deadline
func greetOK(ctx context.Context, conn net.Conn) (string, error) {
	if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return "", err
	}
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return line, try(ctx)
}

// want-rule (c): a write to a connection
func push(ctx context.Context, conn *net.TCPConn, b []byte) error {
	for len(b) > 0 {
		n, err := conn.Write(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return try(ctx)
}

// fine: closed at the end of the context
func pushOK(ctx context.Context, conn *net.TCPConn, b []byte) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	for len(b) > 0 {
		n, err := conn.Write(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return try(ctx)
}

// want-rule (c): a slot is waited for, whatever becomes of the context
func (h *hub) limited(ctx context.Context, sem chan struct{}) error {
	sem <- struct{}{}
	defer func() { <-sem }()
	return try(ctx)
}

// fine: a slot or the end
func (h *hub) limitedOK(ctx context.Context, sem chan struct{}) error {
	select {
	case sem <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-sem }()
	return try(ctx)
}

// want-rule (c): a command in one expression
func (h *hub) compress(ctx context.Context, file string) error {
	return exec.Command("gzip", "-9", file).Run()
}

// fine: with the context
func (h *hub) compressOK(ctx context.Context, file string) error {
	return exec.CommandContext(ctx, "gzip", "-9", file).Run()
}

// want-rule (c): PostForm of a client
func (h *hub) login(ctx context.Context, name string) (int, error) {
	resp, err := h.http.PostForm("https://example.com/login", url.Values{"name": {name}})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// fine: a request with the context
func (h *hub) loginOK(ctx context.Context, name string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://example.com/login?name="+url.QueryEscape(name), nil)
	if err != nil {
		return 0, err
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// want-rule (c): Ping and Prepare in a task
func (h *hub) open(ctx context.Context, q string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if err := h.db.Ping(); err != nil {
				return err
			}
			st, err := h.db.Prepare(q)
			if err != nil {
				return err
			}
			return st.Close()
		})
		return nil
	})
}

// fine: with the task's context
func (h *hub) openOK(ctx context.Context, q string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			if err := h.db.PingContext(ctx); err != nil {
				return err
			}
			st, err := h.db.PrepareContext(ctx, q)
			if err != nil {
				return err
			}
			return st.Close()
		})
		return nil
	})
}

// want-rule (c): breaks out of a spin when a flag is set
func spinFlag(ctx context.Context, ready *int32) error {
	for {
		if atomic.LoadInt32(ready) == 1 {
			break
		}
	}
	return try(ctx)
}

// fine: looks now and then
func spinFlagOK(ctx context.Context, ready *int32) error {
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	for atomic.LoadInt32(ready) != 1 {
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return try(ctx)
}

// want-rule (c): a WaitGroup that is handed in
func join(ctx context.Context, wg *sync.WaitGroup) error {
	wg.Wait()
	return try(ctx)
}

// fine: waits in a goroutine that closes a channel
func joinOK(ctx context.Context, wg *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return try(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): a loop over time.Tick
func (h *hub) heartbeat(ctx context.Context, beat func(context.Context) error) error {
	for range time.Tick(time.Second) {
		if err := beat(ctx); err != nil {
			return err
		}
	}
	return nil
}

// fine: the tick or the end
func (h *hub) heartbeatOK(ctx context.Context, beat func(context.Context) error) error {
	tick := time.Tick(time.Second)
	for {
		select {
		case <-tick:
			if err := beat(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (c): a send or a timeout, and not the context
func (h *hub) offer(ctx context.Context, e event, out chan<- event) (bool, error) {
	select {
	case out <- e:
		return true, try(ctx)
	case <-time.After(time.Minute):
		return false, nil
	}
}

// fine: all three
func (h *hub) offerOK(ctx context.Context, e event, out chan<- event) (bool, error) {
	select {
	case out <- e:
		return true, try(ctx)
	case <-time.After(time.Minute):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
