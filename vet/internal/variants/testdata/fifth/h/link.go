package h

import (
	"context"
	"fmt"
	"net"
	"time"
)

// want-rule (h): the cancel function of the connection before is overwritten without having been called
func (l *Link) Redial(ctx context.Context, addr string) error {
	cctx, cancel := context.WithCancel(ctx)
	conn, err := l.dial(cctx, addr)
	if err != nil {
		cancel()
		return fmt.Errorf("dial %s: %w", addr, err)
	}
	l.mu.Lock()
	l.cancel = cancel
	l.mu.Unlock()
	return l.serve(cctx, conn)
}

// fine: the connection before is cancelled when its successor takes its place, and this one at the latest on return
func (l *Link) RedialOK(ctx context.Context, addr string) error {
	cctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := l.dial(cctx, addr)
	if err != nil {
		return fmt.Errorf("dial %s: %w", addr, err)
	}
	l.mu.Lock()
	if l.cancel != nil {
		l.cancel()
	}
	l.cancel = cancel
	l.mu.Unlock()
	return l.serve(cctx, conn)
}

// want-rule (h): the watch over the context is not taken off the connection when the exchange is over, and a later cancellation spoils its next use
func Exchange(ctx context.Context, conn net.Conn, req, resp []byte) (int, error) {
	deadline := time.Now().Add(10 * time.Second)
	if err := conn.SetDeadline(deadline); err != nil {
		return 0, err
	}
	context.AfterFunc(ctx, func() {
		conn.SetDeadline(time.Unix(1, 0))
	})
	if _, err := conn.Write(req); err != nil {
		return 0, err
	}
	return conn.Read(resp)
}

// fine: the watch over the context ends with the exchange
func ExchangeOK(ctx context.Context, conn net.Conn, req, resp []byte) (int, error) {
	deadline := time.Now().Add(10 * time.Second)
	if err := conn.SetDeadline(deadline); err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() {
		conn.SetDeadline(time.Unix(1, 0))
	})
	defer stop()
	if _, err := conn.Write(req); err != nil {
		return 0, err
	}
	return conn.Read(resp)
}
