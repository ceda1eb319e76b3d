// Package g has groups whose error is dropped, each beside the same made right.
package g

import (
	"context"
	"net"
	"net/http"
)

type record struct {
	key, value string
}

func (r record) valid() bool { return r.key != "" }

type loader struct {
	skipped int
	insert  func(ctx context.Context, r record) error
}

func (l *loader) insertAll(ctx context.Context, rows <-chan record) error {
	for {
		select {
		case r, ok := <-rows:
			if !ok {
				return nil
			}
			if err := l.insert(ctx, r); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

type node struct {
	addr  string
	purge func(ctx context.Context, key string) error
}

type cacheAPI struct {
	nodes [5]node
}

type parser struct {
	count func(path string) (int, error)
}

type writer struct {
	dirty bool
	parts [4]func(ctx context.Context) error
	flush func(ctx context.Context) error
}

type server struct {
	heartbeat func(ctx context.Context) error
	expire    func(ctx context.Context) error
	accept    func(ctx context.Context, ln net.Listener) error
}

type object struct {
	key string
}

type region struct {
	put func(ctx context.Context, o object) error
}

type replicator struct {
	regions [2]region
}

type report struct {
	title string
	sums  [3]int64
}

type reports struct {
	hc   *http.Client
	open func(ctx context.Context, title string) (*report, error)
	sum  func(ctx context.Context, quarter int) (int64, error)
}

type importer struct {
	copy     func(ctx context.Context, table string) error
	vacuum   func(ctx context.Context) error
	tables   [3]string
	finished bool
}
