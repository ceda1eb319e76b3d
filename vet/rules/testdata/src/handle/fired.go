package handle

import (
	"context"
	"time"

	"github.com/braid-go/braid"
)

type priceCache interface {
	Add(key string, list []int)
	Put(key string, list []int)
	Last() []int
}

// Kept as the whole.

func prices(ctx context.Context, cache priceCache, key string, shops []string, ask func(context.Context, string) (int, error)) ([]int, error) {
	var list []int
	_, err := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error { // want `whether the time ran out is ignored, and list is kept`
		for _, shop := range shops {
			n, err := ask(ctx, shop)
			if err != nil {
				return err
			}
			list = append(list, n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	cache.Add(key, list)
	return list, nil
}

func pricesByIndex(ctx context.Context, byKey priceCache, key string, shops []string, ask func(context.Context, string) (int, error)) (err error) {
	list := make([]int, len(shops))
	if _, err = braid.MoveOn(ctx, time.Second, func(ctx context.Context) (err error) { // want `list is kept`
		for i, shop := range shops {
			if list[i], err = ask(ctx, shop); err != nil {
				return err
			}
		}
		return nil
	}); err == nil {
		byKey.Put(key, list)
	}
	return err
}

// Left alone: for the caller, asked for, not of a list, or known otherwise.

func pricesFor(ctx context.Context, cache priceCache, key string, shops []string, ask func(context.Context, string) (int, error)) ([]int, error) {
	var list, all, some []int
	_, err := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for _, shop := range shops {
			n, err := ask(ctx, shop)
			if err != nil {
				return err
			}
			list = append(list, n)
		}
		return nil
	})
	fired, err2 := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for range shops {
			all = append(all, 1)
		}
		return nil
	})
	if err2 == nil && !fired {
		cache.Put(key, all)
	}
	_, _ = braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for range shops {
			some = append(some, 1)
		}
		return nil
	})
	if len(some) == len(shops) {
		cache.Put(key, some)
	}
	return list, err
}

func batch(ctx context.Context, cache priceCache, key string, in <-chan int, shops []string) error {
	var list, part []int
	_, err := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for n := range in {
			list = append(list, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	cache.Put(key, list)
	// As many as there is time for.
	_, err = braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for range shops {
			part = append(part, 1)
		}
		return nil
	})
	cache.Put(key, part)
	return err
}

func saysWhetherAll(ctx context.Context, cache priceCache, key string, shops []string) error {
	var list []int
	all := false
	_, err := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
		for range shops {
			list = append(list, 1)
		}
		all = true
		return nil
	})
	if all {
		cache.Put(key, list)
	}
	return err
}
