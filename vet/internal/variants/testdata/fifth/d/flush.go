package d

import (
	"context"
	"errors"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (d): the pool's error joins those of all shards, so that the type switch only ever sees its default
func (f *Flusher) FlushAll(ctx context.Context) error {
	p := pool.New().WithErrors().WithMaxGoroutines(4)
	for _, s := range f.shards {
		p.Go(func() error { return s.Flush(ctx) })
	}
	err := p.Wait()
	switch err.(type) {
	case nil:
	case *RemoteError:
		f.metrics.remote.Add(1)
	case *ThrottledError:
		f.metrics.throttled.Add(1)
	default:
		f.metrics.other.Add(1)
	}
	return err
}

// fine: what is counted is each shard's error, where the pool's has been taken apart
func (f *Flusher) FlushAllOK(ctx context.Context) error {
	p := pool.New().WithErrors().WithMaxGoroutines(4)
	for _, s := range f.shards {
		p.Go(func() error { return s.Flush(ctx) })
	}
	err := p.Wait()
	visit(err, func(err error) {
		var remote *RemoteError
		var throttled *ThrottledError
		switch {
		case errors.As(err, &remote):
			f.metrics.remote.Add(1)
		case errors.As(err, &throttled):
			f.metrics.throttled.Add(1)
		default:
			f.metrics.other.Add(1)
		}
	})
	return err
}
