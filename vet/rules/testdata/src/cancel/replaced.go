package cancel

import (
	"context"
	"net"
	"sync"
	"time"
)

// Cancel functions in fields that others take the place of.

type line struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	ctx    context.Context
	listen func(context.Context) error
}

func (l *line) hangUp() {
	if l.cancel != nil {
		l.cancel()
	}
}

func (l *line) reconnect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := do(ctx); err != nil {
		cancel()
		return err
	}
	l.mu.Lock()
	l.cancel = cancel // want `the cancel function that cancel has from the call before is lost`
	l.mu.Unlock()
	return l.listen(ctx)
}

func (l *line) Restart(ctx context.Context) {
	l.ctx, l.cancel = context.WithCancel(ctx) // want `the cancel function that cancel has from the call before is lost`
	go l.listen(l.ctx)
}

// Left alone.

func (l *line) redialFirst(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	if l.cancel != nil {
		l.cancel()
	}
	l.cancel = cancel
	return l.listen(ctx)
}

func (l *line) redialHungUp(ctx context.Context) {
	l.hangUp()
	l.ctx, l.cancel = context.WithCancel(ctx)
}

func (l *line) redialDeferred(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.cancel = cancel
	return l.listen(ctx)
}

func (l *line) redialEnded(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	l.cancel = cancel
	err := l.listen(ctx)
	cancel()
	return err
}

func (l *line) connect(ctx context.Context) {
	l.ctx, l.cancel = context.WithCancel(ctx)
}

func (l *line) rejoin(ctx context.Context) {
	l.ctx, l.cancel = context.WithCancel(ctx)
}

func (l *line) lost(ctx context.Context) {
	l.hangUp()
	l.rejoin(ctx)
}

func (l *line) reopen(ctx context.Context) *line {
	other := &line{}
	other.ctx, other.cancel = context.WithCancel(ctx)
	return other
}

// What runs when a context has ended, and spoils the next use of a connection.

func exchanges(ctx context.Context, c net.Conn, b []byte) error {
	context.AfterFunc(ctx, func() { c.SetReadDeadline(time.Now()) }) // want `the stop function of context.AfterFunc is dropped`
	_, err := c.Read(b)
	return err
}

type framed struct{ conn net.Conn }

func (f *framed) readFrame(ctx context.Context) ([]byte, error) {
	_ = context.AfterFunc(ctx, func() { // want `the stop function of context.AfterFunc is dropped`
		_ = f.conn.SetDeadline(time.Unix(1, 0))
	})
	return f.read()
}

func (f *framed) read() ([]byte, error) { return nil, nil }

func exchangesStopped(ctx context.Context, c net.Conn, b []byte) error {
	defer context.AfterFunc(ctx, func() { c.SetReadDeadline(time.Now()) })()
	_, err := c.Read(b)
	return err
}

func exchangesUnder(ctx context.Context, c net.Conn, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	context.AfterFunc(ctx, func() { c.SetReadDeadline(time.Now()) })
	_, err := c.Read(b)
	return err
}

// binds ties the connection to the context, and does no more.
func binds(ctx context.Context, c net.Conn) net.Conn {
	context.AfterFunc(ctx, func() { c.SetDeadline(time.Now()) })
	return c
}

func closesWith(ctx context.Context, c net.Conn, b []byte) error {
	context.AfterFunc(ctx, func() { c.Close() })
	_, err := c.Read(b)
	return err
}
