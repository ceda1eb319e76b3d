package deadline

import (
	"context"
	"io"
	"net"
	"time"
)

func dials(ctx context.Context, d *net.Dialer, addr string) ([]byte, error) {
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("x")); err != nil { // want `Write on conn has no deadline`
		return nil, err
	}
	return io.ReadAll(conn) // want `io.ReadAll on conn has no deadline`
}

func dialsFor(ctx context.Context, d *net.Dialer, addr string) ([]byte, error) {
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	return io.ReadAll(conn)
}

func accepts(ctx context.Context, ln net.Listener, serve func(net.Conn)) error {
	defer ln.Close()
	for {
		conn, err := ln.Accept() // want `Accept on ln has no deadline and ctx cannot end it`
		if err != nil {
			return err
		}
		serve(conn)
	}
}

func listens(ctx context.Context, addr string, serve func(net.Conn)) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		conn, err := ln.Accept() // want `Accept on ln has no deadline and ctx cannot end it`
		if err != nil {
			return err
		}
		serve(conn)
	}
}

// Who gives the connection may have set a deadline, and close the listener: off by default.

func acceptsGiven(ctx context.Context, ln net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		serve(conn)
	}
}

func given(ctx context.Context, conn net.Conn) ([]byte, error) { return io.ReadAll(conn) }

// A datagram is not waited for when it is sent.

func sends(ctx context.Context, addr *net.UDPAddr) error {
	conn, err := net.DialUDP("udp", nil, addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("x")); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1)) // want `Read on conn has no deadline`
	return err
}

type keeper struct{ ln net.Listener }

func (k *keeper) takeOne(ctx context.Context) (net.Conn, error) {
	ln := k.ln
	return ln.Accept()
}
