package noctx

import (
	"context"
	"crypto/tls"
	"database/sql"
	"net"
	"net/http"
	"os/exec"
)

// The function closes what its goroutine waits for.

func shakes(ctx context.Context, raw net.Conn) error {
	conn := tls.Client(raw, nil)
	failed := make(chan error, 1)
	go func() { failed <- conn.Handshake() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		conn.Close()
		return ctx.Err()
	}
}

func shakesOn(ctx context.Context, raw net.Conn) error {
	conn := tls.Client(raw, nil)
	failed := make(chan error, 1)
	go func() { failed <- conn.Handshake() }() // want `Handshake does not know ctx`
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Without a context there is no other way.

func asks(ctx context.Context, url string) (req *http.Request, err error) {
	if ctx != nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	} else {
		return http.NewRequest(http.MethodGet, url, nil)
	}
}

// A context of the function's own, for something else.

func starts(db *sql.DB, serve func(context.Context)) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go serve(ctx)
	if err := exec.Command("ready").Run(); err != nil {
		return err
	}
	_, err := db.Exec("listen")
	return err
}
