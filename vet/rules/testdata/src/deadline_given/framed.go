package deadline_given

import (
	"bufio"
	"context"
	"io"
	"net"
)

func framed(ctx context.Context, conn net.Conn) error {
	br := bufio.NewReader(conn)
	_, err := io.ReadFull(br, make([]byte, 4)) // want `io.ReadFull on conn has no deadline`
	return err
}
