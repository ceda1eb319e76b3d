package c

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// want-rule (c): it accepts without regard to the context; a user who never comes back from the browser is waited for for ever
func (l *Login) AwaitCallback(ctx context.Context) (conn net.Conn, err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the callback: %w", err)
	}
	defer ln.Close()
	if err := l.show(ctx, "http://"+ln.Addr().String()+"/callback"); err != nil {
		return nil, err
	}
	conn, err = ln.Accept()
	if err != nil {
		return nil, fmt.Errorf("accept the callback: %w", err)
	}
	return conn, nil
}

// fine: the end of the context closes the listener, which ends the accept
func (l *Login) AwaitCallbackOK(ctx context.Context) (conn net.Conn, err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the callback: %w", err)
	}
	defer ln.Close()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	if err := l.show(ctx, "http://"+ln.Addr().String()+"/callback"); err != nil {
		return nil, err
	}
	conn, err = ln.Accept()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("accept the callback: %w", err), context.Cause(ctx))
	}
	return conn, nil
}
