package swallowed

import (
	"context"
	"time"
)

// A limit of time that a literal is given by the function around it is that function's own.

func ofAll(ctx context.Context, names []string, look func(context.Context, string) (string, error)) ([]string, error) {
	get := func(name string, limit context.Context) (string, error) {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				found, err := look(limit, name)
				if err != nil || found != "" {
					return found, err
				}
			case <-limit.Done():
				return "", nil
			}
		}
	}
	var all []string
	for _, name := range names {
		limit, cancel := context.WithTimeout(ctx, time.Minute)
		found, err := get(name, limit)
		cancel()
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

func ofAllWithout(ctx context.Context, names []string, look func(context.Context, string) (string, error)) ([]string, error) {
	get := func(name string, ctx context.Context) (string, error) {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				found, err := look(ctx, name)
				if err != nil || found != "" {
					return found, err
				}
			case <-ctx.Done():
				return "", nil // want `this is reached because ctx has ended, and nil says that all was done`
			}
		}
	}
	var all []string
	for _, name := range names {
		found, err := get(name, ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}
