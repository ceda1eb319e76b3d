// Connections that are written to by functions which do no more, and read by what is made in place.

package deadline

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"
)

func askLine(ctx context.Context, d *net.Dialer) (string, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "get %d\n", 1)
	io.WriteString(conn, "quit\n")
	return bufio.NewReader(conn).ReadString('\n') // want `ReadString on conn has no deadline`
}

func askJSON(ctx context.Context, d *net.Dialer) (v any, err error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return v, json.NewDecoder(conn).Decode(&v) // want `Decode on conn has no deadline`
}

func askTimed(ctx context.Context, d *net.Dialer) (string, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintln(conn, "get")
	return bufio.NewReader(conn).ReadString('\n')
}

func askOther(ctx context.Context, d *net.Dialer, login func(context.Context, net.Conn)) (string, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	login(ctx, conn) // it may set one
	fmt.Fprintln(conn, "get")
	return bufio.NewReader(conn).ReadString('\n')
}

func tellOnly(ctx context.Context, d *net.Dialer) error {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "hello\n")
	return err
}
