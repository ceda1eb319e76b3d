package b

import (
	"bufio"
	"context"
	"net"
	"time"
)

// want-rule (b): the function called at the cancellation starts a goroutine that saves the session while nobody waits for it
func (s *Session) Serve(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(time.Now())
		go s.persist(conn.RemoteAddr().String())
	})
	defer stop()
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		s.apply(sc.Text())
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return sc.Err()
}

// fine: the function called at the cancellation only wakes the reader, and the session is saved before Serve returns
func (s *Session) ServeOK(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(time.Now())
	})
	defer stop()
	defer s.persist(conn.RemoteAddr().String())
	sc := bufio.NewScanner(conn)
	for sc.Scan() {
		s.apply(sc.Text())
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return sc.Err()
}
