package c

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// want-rule (c): it spins until the index has been applied, for ever if that does not happen
func (f *FSM) ReadAt(ctx context.Context, index uint64, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for f.applied.Load() < index {
		runtime.Gosched()
	}
	val, ok := f.read(key)
	if !ok {
		return nil, fmt.Errorf("no key %q at index %d", key, index)
	}
	return val, nil
}

// fine: it polls, and the end of the context ends that
func (f *FSM) ReadAtOK(ctx context.Context, index uint64, key string) ([]byte, error) {
	tick := time.NewTicker(f.poll)
	defer tick.Stop()
	for f.applied.Load() < index {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for index %d: %w", index, context.Cause(ctx))
		}
	}
	val, ok := f.read(key)
	if !ok {
		return nil, fmt.Errorf("no key %q at index %d", key, index)
	}
	return val, nil
}
