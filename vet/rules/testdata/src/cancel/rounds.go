package cancel

import (
	"context"
	"time"
)

// A context for the rounds that come too.

func hosts(ctx context.Context, hosts []string, dial func(context.Context, string) error) error {
	outer := ctx
	for i, host := range hosts {
		if i == 0 || host != hosts[i-1] {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(outer, time.Second)
			defer cancel()
		}
		if err := dial(ctx, host); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func hostsEach(ctx context.Context, hosts []string, dial func(context.Context, string) error) error {
	for _, host := range hosts {
		if host != "" {
			own, cancel := context.WithTimeout(ctx, time.Second) // want `all wait for the function to return`
			defer cancel()
			if err := dial(own, host); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
