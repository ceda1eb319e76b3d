// Functions that read from a reader which was made over a connection.

package deadline

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"time"
)

func frame(ctx context.Context, d *net.Dialer, use func(byte)) (n uint32, err error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	br := bufio.NewReader(conn)
	var head [4]byte
	if _, err := io.ReadFull(br, head[:]); err != nil { // want `io.ReadFull on conn has no deadline`
		return 0, err
	}
	kind, err := br.ReadByte() // want `ReadByte on conn has no deadline`
	if err != nil {
		return 0, err
	}
	use(kind)
	return n, binary.Read(br, binary.BigEndian, &n) // want `binary.Read on conn has no deadline`
}

func answer(ctx context.Context, d *net.Dialer, req *http.Request) (*http.Response, error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	br := bufio.NewReader(conn)
	return http.ReadResponse(br, req) // want `http.ReadResponse on conn has no deadline`
}

func frameInTime(ctx context.Context, d *net.Dialer) (head [4]byte, err error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return head, err
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(time.Second))
	br := bufio.NewReader(conn)
	_, err = io.ReadFull(br, head[:])
	return head, err
}

func frameHandedOn(ctx context.Context, d *net.Dialer, watch func(io.Reader)) (head [4]byte, err error) {
	conn, err := d.DialContext(ctx, "tcp", "host:1")
	if err != nil {
		return head, err
	}
	defer conn.Close()
	br := bufio.NewReader(conn)
	watch(br)
	_, err = io.ReadFull(br, head[:])
	return head, err
}

func frameGiven(ctx context.Context, conn net.Conn) (head [4]byte, err error) {
	br := bufio.NewReader(conn)
	_, err = io.ReadFull(br, head[:]) // off by default: whoever gives it may have set one
	return head, err
}
