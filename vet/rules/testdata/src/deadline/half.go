package deadline

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"
)

type link struct{ conn net.Conn }

func (l *link) ask(ctx context.Context, q []byte) ([]byte, error) {
	if t, ok := ctx.Deadline(); ok {
		l.conn.SetWriteDeadline(t)
	}
	if _, err := l.conn.Write(q); err != nil {
		return nil, err
	}
	a := make([]byte, 8)
	_, err := io.ReadFull(l.conn, a) // want `io.ReadFull on conn has no deadline`
	return a, err
}

func (l *link) askBoth(ctx context.Context, q []byte) ([]byte, error) {
	if t, ok := ctx.Deadline(); ok {
		l.conn.SetDeadline(t)
	}
	if _, err := l.conn.Write(q); err != nil {
		return nil, err
	}
	a := make([]byte, 8)
	_, err := io.ReadFull(l.conn, a)
	return a, err
}

func (l *link) send(ctx context.Context, q []byte) error {
	if t, ok := ctx.Deadline(); ok {
		l.conn.SetWriteDeadline(t)
	}
	_, err := l.conn.Write(q)
	return err
}

// The time for writing has nothing to do with the context: who reads may be ended elsewhere.
func (l *link) pump(ctx context.Context, q []byte) error {
	l.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := l.conn.Write(q); err != nil {
		return err
	}
	_, err := l.conn.Read(q)
	return err
}

func line(ctx context.Context, d *net.Dialer) (string, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n') // want `ReadString on conn has no deadline`
}

func lineRead(ctx context.Context, d *net.Dialer) (int, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		return 0, err
	}
	return conn.Read(make([]byte, 10)) // want `Read on conn has no deadline`
}
