// Functions that only say something do not wait.

package noctx

import "context"

func Debugf(o any, text string, args ...any)                         {}
func DebugfCtx(ctx context.Context, o any, text string, args ...any) {}

func Store(o any, args ...any) error                         { return nil }
func StoreCtx(ctx context.Context, o any, args ...any) error { return nil }

func Put(key string)                         {}
func PutCtx(ctx context.Context, key string) {}

func said(ctx context.Context) error {
	Debugf(nil, "said")
	Put("key")                    // want `Put does not know ctx`
	return Store(nil, 1, "three") // want `Store does not know ctx`
}

// A parameter that knows the context.

type params struct{ ctx context.Context }

func newParams() *params                               { return &params{} }
func (p *params) with(ctx context.Context) *params     { p.ctx = ctx; return p }
func GetCluster(*params) error                         { return nil }
func GetClusterContext(context.Context, *params) error { return nil }

func cluster(ctx context.Context) error {
	p := newParams().with(ctx)
	if err := GetCluster(p); err != nil {
		return err
	}
	other := newParams()
	return GetCluster(other) // want `GetCluster does not know ctx`
}
