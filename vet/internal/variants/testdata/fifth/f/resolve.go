package f

import (
	"context"
	"net"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (f): the limit of a lookup hangs on TODO and not on the context that Map hands out
func ResolveBackends(ctx context.Context, r *net.Resolver, hosts []string) ([][]string, error) {
	return braid.Map(ctx, hosts, func(ctx context.Context, host string) ([]string, error) {
		if ip := net.ParseIP(host); ip != nil {
			return []string{host}, ctx.Err()
		}
		lctx, cancel := context.WithTimeout(context.TODO(), 3*time.Second)
		defer cancel()
		return r.LookupHost(lctx, host)
	}, braid.Limit(10))
}

// fine: the limit of a lookup is below the context that Map hands out
func ResolveBackendsOK(ctx context.Context, r *net.Resolver, hosts []string) ([][]string, error) {
	return braid.Map(ctx, hosts, func(ctx context.Context, host string) ([]string, error) {
		if ip := net.ParseIP(host); ip != nil {
			return []string{host}, ctx.Err()
		}
		lctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		return r.LookupHost(lctx, host)
	}, braid.Limit(10))
}
