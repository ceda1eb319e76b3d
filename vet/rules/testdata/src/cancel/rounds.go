package cancel

import (
	"context"
	"sync"
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

// A context for a goroutine that goes on when the round is over.

func all(ctx context.Context, hosts []string, dial func(context.Context, string)) {
	var wg sync.WaitGroup
	for _, host := range hosts {
		wg.Add(1)
		own, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		go func(ctx context.Context) {
			defer wg.Done()
			dial(ctx, host)
		}(own)
	}
	wg.Wait()
}

func allCaptured(ctx context.Context, hosts []string, dial func(context.Context, string)) {
	var wg sync.WaitGroup
	for _, host := range hosts {
		own, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		wg.Go(func() { dial(own, host) })
	}
	wg.Wait()
}

func allOneByOne(ctx context.Context, hosts []string, dial func(context.Context, string)) {
	for _, host := range hosts {
		var wg sync.WaitGroup
		own, cancel := context.WithTimeout(ctx, time.Second) // want `all wait for the function to return`
		defer cancel()
		wg.Go(func() { dial(own, host) })
		wg.Wait()
	}
}

func allThatCome(ctx context.Context, hosts <-chan string, dial func(context.Context, string)) {
	var wg sync.WaitGroup
	for host := range hosts {
		own, cancel := context.WithTimeout(ctx, time.Second) // want `all wait for the function to return`
		defer cancel()
		wg.Go(func() { dial(own, host) })
	}
	wg.Wait()
}
