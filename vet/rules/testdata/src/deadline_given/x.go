package deadline_given

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"
)

func reads(ctx context.Context, conn net.Conn) error {
	_, err := conn.Read(make([]byte, 8)) // want `Read on conn has no deadline and ctx cannot end it`
	return err
}

func writes(ctx context.Context, conn *net.TCPConn, b []byte) error {
	_, err := conn.Write(b) // want `Write on conn has no deadline`
	return err
}

func full(ctx context.Context, conn net.Conn) error {
	_, err := io.ReadFull(conn, make([]byte, 8)) // want `io.ReadFull on conn has no deadline`
	return err
}

func dialed(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", "localhost:1")
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.ReadAll(conn) // want `io.ReadAll on conn has no deadline`
	return err
}

func accepts(ctx context.Context, ln net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := ln.Accept() // want `Accept on ln has no deadline and ctx cannot end it`
		if err != nil {
			return err
		}
		serve(conn)
	}
}

// What follows is fine.

func noContext(conn net.Conn) error {
	_, err := conn.Read(make([]byte, 8))
	return err
}

func limited(ctx context.Context, conn net.Conn) error {
	conn.SetReadDeadline(time.Now().Add(time.Second))
	_, err := conn.Read(make([]byte, 8))
	return err
}

func closedAtEnd(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, err := conn.Read(make([]byte, 8))
	return err
}

func closedByGoroutine(ctx context.Context, ln net.Listener) error {
	go func() {
		<-ctx.Done()
		ln.Close()
	}()
	_, err := ln.Accept()
	return err
}

func handed(ctx context.Context, conn net.Conn, guard func(net.Conn)) error {
	guard(conn)
	_, err := conn.Read(make([]byte, 8))
	return err
}

func buffered(ctx context.Context, r *bufio.Reader) error {
	_, err := r.ReadByte()
	return err
}

func other(ctx context.Context, r io.Reader) error {
	_, err := r.Read(make([]byte, 8))
	return err
}

type wrapped struct{ net.Conn }

func (w wrapped) Read(b []byte) (int, error) { return w.Conn.Read(b) }
