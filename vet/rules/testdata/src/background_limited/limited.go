package background_limited

import (
	"context"
	"time"
)

type service struct{}

func do(context.Context) error       { return nil }
func Shutdown(context.Context) error { return nil }

func derived(ctx context.Context) error {
	tctx, cancel := context.WithTimeout(context.Background(), time.Second) // want `does not end with ctx`
	defer cancel()
	return do(tctx)
}

func shuts(ctx context.Context) error {
	shutdownCtx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return do(shutdownCtx)
}

func shutsByCall(ctx context.Context) error {
	c, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return Shutdown(c)
}

func renewed(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	fresh, cancel := context.WithTimeout(context.Background(), d)
	return context.WithValue(fresh, service{}, ctx.Value(service{})), cancel
}

func notRenewed(ctx context.Context, d time.Duration, f func(context.Context) error) error {
	fresh, cancel := context.WithTimeout(context.Background(), d) // want `does not end with ctx`
	defer cancel()
	return f(fresh)
}
