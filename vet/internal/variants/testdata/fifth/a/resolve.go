package a

import (
	"context"
	"fmt"
	"net/netip"
)

// want-rule (a): a caller that was cancelled is given the stale addresses and no error, as if the lookup had merely failed
func (r *Resolver) Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := r.lookup(ctx, "ip", host)
	if err != nil {
		if old, ok := r.stale(host); ok {
			return old, nil
		}
		return nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	r.remember(host, addrs)
	return addrs, nil
}

// fine: stale addresses stand in for a lookup that failed, not for one that the caller gave up
func (r *Resolver) ResolveOK(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := r.lookup(ctx, "ip", host)
	if err != nil {
		if old, ok := r.stale(host); ok && ctx.Err() == nil {
			return old, nil
		}
		return nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	r.remember(host, addrs)
	return addrs, nil
}
