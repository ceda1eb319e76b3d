// Functions that only say something do not wait.

package noctx

import (
	"context"
	"crypto/tls"
	"os/exec"
	"time"
)

func Debugf(o any, text string, args ...any)                         {}
func DebugfCtx(ctx context.Context, o any, text string, args ...any) {}

func Store(o any, args ...any) error { // want Store:"sheds the context"
	return StoreCtx(context.TODO(), o, args...)
}
func StoreCtx(ctx context.Context, o any, args ...any) error { return ctx.Err() }

func Put(key string) { // want Put:"sheds the context"
	PutCtx(context.Background(), key)
}
func PutCtx(ctx context.Context, key string) { <-ctx.Done() }

func said(ctx context.Context) error {
	Debugf(nil, "said")
	Put("key")                    // want `Put does not know ctx`
	return Store(nil, 1, "three") // want `Store does not know ctx`
}

// A parameter that knows the context.

type params struct{ ctx context.Context }

func newParams() *params                           { return &params{} }
func (p *params) with(ctx context.Context) *params { p.ctx = ctx; return p }
func GetCluster(p *params) error { // want GetCluster:"sheds the context"
	return GetClusterContext(context.Background(), p)
}
func GetClusterContext(ctx context.Context, p *params) error { return ctx.Err() }

func cluster(ctx context.Context) error {
	p := newParams().with(ctx)
	if err := GetCluster(p); err != nil {
		return err
	}
	other := newParams()
	return GetCluster(other) // want `GetCluster does not know ctx`
}

// Contexts that the function has made itself, with a limit, and others that end what the call waits for.

func probes(probe func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := probe(ctx); err != nil {
		return err
	}
	return exec.Command("true").Run()
}

func closes(ctx context.Context, conn *tls.Conn) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return conn.Handshake()
}

func handshakes(ctx context.Context, conn *tls.Conn) error {
	return conn.Handshake() // want `Handshake does not know ctx`
}

type provider struct{}
type verifier struct{}

func (p *provider) Verifier() *verifier { // want Verifier:"sheds the context"
	return p.VerifierContext(context.Background())
}
func (*provider) VerifierContext(ctx context.Context) *verifier { <-ctx.Done(); return nil }
func (*verifier) Verify(ctx context.Context) error              { return nil }
func (*verifier) Close() error                                  { return nil }

func verifies(ctx context.Context, p *provider) error {
	v := p.Verifier()
	return v.Verify(ctx)
}

func verifiesNot(ctx context.Context, p *provider) error {
	v := p.Verifier() // want `Verifier does not know ctx`
	return v.Close()
}
