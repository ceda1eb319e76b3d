package h

import (
	"context"
	"fmt"
)

// want-rule (h): nobody can cancel the context of the watch, which goes on after the key was found
func WaitForKey(ctx context.Context, w Watcher, prefix, key string) (Event, error) {
	wctx, _ := context.WithCancel(ctx)
	events, err := w.Watch(wctx, prefix)
	if err != nil {
		return Event{}, fmt.Errorf("watch %s: %w", prefix, err)
	}
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				return Event{}, fmt.Errorf("watch %s ended", prefix)
			}
			if ev.Key == key {
				return ev, nil
			}
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

// fine: the watch is cancelled whichever way the function is left
func WaitForKeyOK(ctx context.Context, w Watcher, prefix, key string) (Event, error) {
	wctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := w.Watch(wctx, prefix)
	if err != nil {
		return Event{}, fmt.Errorf("watch %s: %w", prefix, err)
	}
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				return Event{}, fmt.Errorf("watch %s ended", prefix)
			}
			if ev.Key == key {
				return ev, nil
			}
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}
