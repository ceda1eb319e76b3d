package braid_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file is the fourth part of docs/patterns.md: an object that owns tasks of two
// kinds.

// loaded is what a load gives. That it failed is its callers' business: the task
// has succeeded.
type loaded struct {
	value string
	err   error
}

type cache struct {
	group *braid.Group
	load  func(ctx context.Context, key string) (string, error)
	keep  time.Duration

	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	task *braid.Task[loaded]
	made time.Time
}

func newCache(ctx context.Context, keep time.Duration, load func(context.Context, string) (string, error)) *cache {
	c := &cache{load: load, keep: keep, entries: map[string]*entry{}}
	c.group, _ = braid.Open(ctx, braid.Name("cache"))
	c.group.Go(c.janitor, braid.Name("janitor")) // if it fails, the cache is at its end
	return c
}

// Close ends the janitor and the loads under way, and returns what has failed, which
// no load does.
func (c *cache) Close() error { return c.group.Close() }

// Get returns the value of key. Of several who ask at once the first has it loaded,
// and all wait. Who leaves, since its ctx has died, leaves the others their load.
func (c *cache) Get(ctx context.Context, key string) (string, error) {
	e, err := c.entry(key)
	if err != nil {
		return "", err // the cache has been closed
	}
	result, err := e.task.Wait(ctx)
	if err != nil {
		return "", err // ctx has died, or the cache was closed meanwhile
	}
	return result.value, result.err
}

func (c *cache) entry(key string) (*entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		return e, nil
	}
	e := &entry{made: time.Now()}
	var err error
	e.task, err = braid.TryFork(c.group, func(ctx context.Context) (loaded, error) {
		value, err := c.load(ctx, key)
		if err != nil {
			c.forget(key, e) // who asks next has it tried again
		}
		return loaded{value, err}, nil // and not: return value, err
	}, braid.Name(key))
	if err != nil {
		return nil, err
	}
	c.entries[key] = e
	return e, nil
}

func (c *cache) forget(key string, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] == e {
		delete(c.entries, key)
	}
}

func (c *cache) janitor(ctx context.Context) error {
	for {
		if err := braid.Sleep(ctx, c.keep/2); err != nil {
			return err
		}
		c.mu.Lock()
		for key, e := range c.entries {
			if time.Since(e.made) > c.keep {
				delete(c.entries, key)
			}
		}
		c.mu.Unlock()
	}
}

func Example_patternsOwner() {
	loads := 0
	c := newCache(context.Background(), time.Minute, func(ctx context.Context, key string) (string, error) {
		if loads++; loads == 1 {
			return "", errors.New("connection reset")
		}
		return "page of " + key, nil
	})
	ctx := context.Background()
	fmt.Println(c.Get(ctx, "ann")) // fails, and the cache goes on
	fmt.Println(c.Get(ctx, "ann")) // is loaded again
	fmt.Println(c.Get(ctx, "ann")) // is there
	fmt.Println(loads, "loads; Close gives", c.Close())

	_, err := c.Get(ctx, "bob")
	fmt.Println(errors.Is(err, braid.ErrClosed))
	// Output:
	//  connection reset
	// page of ann <nil>
	// page of ann <nil>
	// 2 loads; Close gives <nil>
	// true
}

func TestTheCacheOfThePageLoadsOnceForManyForgetsAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loads := 0
		c := newCache(context.Background(), time.Minute, func(ctx context.Context, key string) (string, error) {
			loads++
			return key, braid.Sleep(ctx, time.Second)
		})
		impatient, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { // asks first, and leaves
				if _, err := c.Get(impatient, "ann"); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				return nil
			})
			for range 9 {
				g.Go(func(ctx context.Context) error {
					if v, err := c.Get(ctx, "ann"); v != "ann" || err != nil {
						t.Error(v, err)
					}
					return nil
				})
			}
			return nil
		})
		if err != nil || loads != 1 {
			t.Error(loads, err)
		}
		time.Sleep(2 * time.Minute)
		if _, err := c.Get(t.Context(), "ann"); err != nil || loads != 2 {
			t.Error(loads, err)
		}
		var cut error
		err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { _, cut = c.Get(ctx, "slow"); return nil })
			time.Sleep(time.Millisecond)
			return c.Close()
		})
		if err != nil || !errors.Is(cut, context.Canceled) {
			t.Error(err, cut)
		}
	})
}
