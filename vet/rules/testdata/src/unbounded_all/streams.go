package unbounded_all

import "net"

// Streams of a connection, which has a limit of its own.

type connection interface {
	AcceptStream() (net.Conn, error)
	AcceptTCP() (net.Conn, error)
}

func streams(c connection, handle func(net.Conn)) error {
	for {
		stream, err := c.AcceptStream()
		if err != nil {
			return err
		}
		go handle(stream)
	}
}

func connections(c connection, handle func(net.Conn)) error {
	for {
		conn, err := c.AcceptTCP()
		if err != nil {
			return err
		}
		go handle(conn) // want `a goroutine for each connection`
	}
}
