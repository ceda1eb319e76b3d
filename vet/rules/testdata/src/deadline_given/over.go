// Readers over connections.

package deadline_given

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"time"
)

func scans(ctx context.Context, conn net.Conn, use func(string)) error {
	sc := bufio.NewScanner(conn)
	for sc.Scan() { // want `Scan on conn has no deadline`
		use(sc.Text())
	}
	return sc.Err()
}

func decodes(ctx context.Context, conn *net.TCPConn) (v int, err error) {
	err = json.NewDecoder(conn).Decode(&v) // want `Decode on conn has no deadline`
	return v, err
}

func decodesMany(ctx context.Context, conn *net.TCPConn, use func(int)) error {
	dec := json.NewDecoder(conn)
	for {
		var v int
		if err := dec.Decode(&v); err != nil { // want `Decode on conn has no deadline`
			return err
		}
		use(v)
	}
}

func scansLimited(ctx context.Context, conn net.Conn, use func(string)) error {
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		conn.SetReadDeadline(time.Now().Add(time.Minute))
		use(sc.Text())
	}
	return sc.Err()
}

func scansUntil(ctx context.Context, conn net.Conn, use func(string)) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		use(sc.Text())
	}
	return sc.Err()
}

func scansElsewhere(ctx context.Context, conn net.Conn, lines func(*bufio.Scanner)) {
	sc := bufio.NewScanner(conn)
	sc.Scan()
	lines(sc)
}
