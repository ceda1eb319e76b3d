package h

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// want-rule (h): the cancel of WithCancel is thrown away, what the watch has begun goes on until the caller's context dies
func FirstKey(ctx context.Context, reg Registry, prefix string) (string, error) {
	ctx, _ = context.WithCancel(ctx)
	var first string
	err := reg.Watch(ctx, prefix, func(key string) {
		if first == "" {
			first = key
		}
	})
	if err != nil {
		return "", fmt.Errorf("watch %s: %w", prefix, err)
	}
	return first, nil
}

// fine: cancel is called when the function returns, which ends all that the watch has begun
func FirstKeyOK(ctx context.Context, reg Registry, prefix string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var first string
	err := reg.Watch(ctx, prefix, func(key string) {
		if first == "" {
			first = key
		}
	})
	if err != nil {
		return "", fmt.Errorf("watch %s: %w", prefix, err)
	}
	return first, nil
}

// want-rule (h): the early return on an error leaves the timeout's cancel uncalled
func Resolve(ctx context.Context, reg Registry, name string) (string, error) {
	lctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	addr, err := reg.Lookup(lctx, name)
	if err != nil {
		return "", fmt.Errorf("lookup %s: %w", name, err)
	}
	cancel()
	if addr == "" {
		return "", errors.New("lookup " + name + ": empty answer")
	}
	return addr, nil
}

// fine: cancel is called right after the lookup, whatever it gave
func ResolveOK(ctx context.Context, reg Registry, name string) (string, error) {
	lctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	addr, err := reg.Lookup(lctx, name)
	cancel()
	if err != nil {
		return "", fmt.Errorf("lookup %s: %w", name, err)
	}
	if addr == "" {
		return "", errors.New("lookup " + name + ": empty answer")
	}
	return addr, nil
}

// want-rule (h): the cancels are deferred in the loop, so all the timeouts pile up until the function returns
func ResolveAll(ctx context.Context, reg Registry, names []string) (map[string]string, error) {
	addrs := make(map[string]string, len(names))
	for _, name := range names {
		lctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		addr, err := reg.Lookup(lctx, name)
		if err != nil {
			return nil, fmt.Errorf("lookup %s: %w", name, err)
		}
		addrs[name] = addr
	}
	return addrs, nil
}

// fine: each timeout is cancelled at the end of its round
func ResolveAllOK(ctx context.Context, reg Registry, names []string) (map[string]string, error) {
	addrs := make(map[string]string, len(names))
	resolve := func(name string) error {
		lctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		addr, err := reg.Lookup(lctx, name)
		if err != nil {
			return fmt.Errorf("lookup %s: %w", name, err)
		}
		addrs[name] = addr
		return nil
	}
	for _, name := range names {
		if err := resolve(name); err != nil {
			return nil, err
		}
	}
	return addrs, nil
}

// want-rule (h): the timer of each round is left running when the lookup's answer or the context comes first
func AwaitRegistered(ctx context.Context, reg Registry, name string, changed <-chan struct{}) (string, error) {
	for {
		addr, err := reg.Lookup(ctx, name)
		if err != nil || addr != "" {
			return addr, err
		}
		retry := time.NewTimer(30 * time.Second)
		select {
		case <-retry.C:
		case <-changed:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// fine: the timer is stopped however the wait ends
func AwaitRegisteredOK(ctx context.Context, reg Registry, name string, changed <-chan struct{}) (string, error) {
	for {
		addr, err := reg.Lookup(ctx, name)
		if err != nil || addr != "" {
			return addr, err
		}
		retry := time.NewTimer(30 * time.Second)
		select {
		case <-retry.C:
		case <-changed:
			retry.Stop()
		case <-ctx.Done():
			retry.Stop()
			return "", ctx.Err()
		}
	}
}
