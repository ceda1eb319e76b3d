// Errors that are returned and never set.

package swallowed

import (
	"context"
	"fmt"
	"log"
)

func visit(ctx context.Context, hosts []string, ping func(context.Context, string) error) (up []string, err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			log.Printf("%s: %v", h, err)
			continue
		}
		up = append(up, h)
	}
	return up, err // want `nothing sets this err: the error of ping, a cancellation of ctx among them, is in another of that name`
}

func visitAll(ctx context.Context, hosts []string, ping func(context.Context, string) (int, error)) error {
	var err error
	for _, h := range hosts {
		n, err := ping(ctx, h)
		if err != nil {
			log.Print(fmt.Errorf("%s: %w", h, err))
		} else {
			log.Print(n)
		}
	}
	return err // want `nothing sets this err`
}

func visitOne(ctx context.Context, host string, ping func(context.Context, string) error) error {
	var err error
	if err := ping(ctx, host); err != nil {
		log.Print(err)
	}
	return err // want `nothing sets this err`
}

// It says by nil that it gives back no error.
func visitSome(ctx context.Context, hosts []string, ping func(context.Context, string) error) (up []string, err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			log.Printf("%s: %v", h, err)
			continue
		}
		up = append(up, h)
	}
	return up, nil
}

func visitSet(ctx context.Context, hosts []string, ping func(context.Context, string) error) (err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			log.Printf("%s: %v", h, err)
		}
	}
	err = ping(ctx, "last")
	return err
}

func visitKept(ctx context.Context, hosts []string, ping func(context.Context, string) error) (failed []error, err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			failed = append(failed, err)
		}
	}
	return failed, err
}

func visitLooked(ctx context.Context, hosts []string, ping func(context.Context, string) error) (up []string, err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			if ctx.Err() != nil {
				return up, ctx.Err()
			}
			log.Print(err)
			continue
		}
		up = append(up, h)
	}
	return up, err
}

func visitFirst(ctx context.Context, hosts []string, ping func(context.Context, string) error) (up []string, err error) {
	for _, h := range hosts {
		if err := ping(ctx, h); err != nil {
			return nil, fmt.Errorf("ping failed")
		}
		up = append(up, h)
	}
	return up, err
}

func visitBy(ctx context.Context, host string, ping func(context.Context, string, *error)) (err error) {
	ping(ctx, host, &err)
	if err := ctx.Err(); err != nil {
		log.Print(err)
	}
	return err
}
