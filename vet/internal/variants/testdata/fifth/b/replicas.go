package b

import (
	"context"
	"errors"
	"sync"
)

// want-rule (b): once one replica has answered nobody receives from the others, which stay blocked in their sends
func (r *Reader) ReadFastest(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan readResult)
	for _, rep := range r.replicas {
		go func() {
			val, err := rep.Read(ctx, key)
			results <- readResult{val, err}
		}()
	}
	var errs []error
	for range r.replicas {
		select {
		case res := <-results:
			if res.err == nil {
				return res.val, nil
			}
			errs = append(errs, res.err)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, errors.Join(errs...)
}

// fine: there is room for every answer, and the losers are cancelled and waited for
func (r *Reader) ReadFastestOK(ctx context.Context, key string) ([]byte, error) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan readResult, len(r.replicas))
	for _, rep := range r.replicas {
		wg.Go(func() {
			val, err := rep.Read(ctx, key)
			results <- readResult{val, err}
		})
	}
	var errs []error
	for range r.replicas {
		select {
		case res := <-results:
			if res.err == nil {
				return res.val, nil
			}
			errs = append(errs, res.err)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, errors.Join(errs...)
}
