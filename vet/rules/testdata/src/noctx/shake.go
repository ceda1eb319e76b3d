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

func shakesAndCloses(ctx context.Context, raw net.Conn) (err error) {
	conn := tls.Client(raw, nil)
	failed := make(chan error, 1)
	go func() { failed <- conn.Handshake() }()
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		raw.Close()
	}
	return err
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

// An object that is kept lives longer than the context, and one that was made of it knows it.

type proof struct{}

type issuer struct{ proofs chan *proof }

func (p *issuer) Proof(name string) *proof                             { return <-p.proofs }
func (p *issuer) ProofContext(ctx context.Context, name string) *proof { <-ctx.Done(); return nil }
func (p *issuer) Wait() error                                          { <-p.proofs; return nil }
func (p *issuer) WaitContext(ctx context.Context) error                { return ctx.Err() }
func (p *issuer) Count() int                                           { <-p.proofs; return 0 }
func (p *issuer) CountContext(ctx context.Context) int                 { <-ctx.Done(); return 0 }

type holder struct {
	p *issuer
	v *proof
	n int
}

func (h *holder) load(ctx context.Context) error {
	h.v = h.p.Proof("x")
	h.n = h.p.Count() // want `Count does not know ctx`
	return ctx.Err()
}

func submit(ctx context.Context) *issuer { return nil }

func processes(ctx context.Context, p *issuer) error {
	if err := submit(ctx).Wait(); err != nil {
		return err
	}
	return p.Wait() // want `Wait does not know ctx`
}
