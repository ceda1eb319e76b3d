package stream_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file looks after memory: a stream that goes on keeps nothing of items
// whose results the consumer has had.

func TestAStreamThatGoesOnKeepsNothingOfItemsThatAreOver(t *testing.T) {
	type big struct {
		self *big // with a pointer, so that a tiny allocator does not share it
		_    [100]byte
	}
	pass := func(_ context.Context, b *big) (*big, error) { return b, nil }
	fresh := func(context.Context, *big) (*big, error) { return &big{}, nil }
	for name, stage := range map[string]func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big]{
		"Map": func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big] {
			return stream.Map(s, fn, braid.Limit(2), stream.Ahead(30))
		},
		"unordered": func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big] {
			return stream.Map(s, fn, braid.Limit(2), stream.Ahead(30), stream.Unordered)
		},
		"Buffer": func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big] {
			return stream.Buffer(stream.Map(s, fn, braid.Limit(1)), 30)
		},
		"FlatMap": func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big] {
			return stream.FlatMap(s, func(ctx context.Context, b *big) (stream.Stream[*big], error) {
				b, err := fn(ctx, b)
				return stream.Of(b), err
			}, braid.Limit(2))
		},
		"Merge": func(s stream.Stream[*big], fn func(context.Context, *big) (*big, error)) stream.Stream[*big] {
			return stream.Merge(stream.Map(s, fn, braid.Limit(1)))
		},
	} {
		for kind, fn := range map[string]func(context.Context, *big) (*big, error){"result": pass, "item": fresh} {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				const items = 20
				var made []weak.Pointer[big]
				source := stream.Generate(func(ctx context.Context) (*big, error) {
					if len(made) == items {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					b := &big{}
					b.self = b
					made = append(made, weak.Make(b))
					return b, nil
				})
				n := 0
				for _, err := range stage(source, fn)(ctx) {
					if err != nil {
						t.Fatal(err)
					}
					if n++; n < items {
						continue
					}
					synctest.Wait()
					runtime.GC()
					runtime.GC()
					kept := 0
					for _, w := range made {
						if w.Value() != nil {
							kept++
						}
					}
					if kept > 2 { // the last may be on somebody's stack
						t.Errorf("%s: %d of the %ss are kept", name, kept, kind)
					}
					break
				}
			})
		}
	}
}
