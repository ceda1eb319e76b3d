package progress_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
)

// This file counts from many goroutines while others look.

func TestLooksAreConsistentWhileManyCountAndChildrenComeAndGo(t *testing.T) {
	const workers = 8
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	const each = 30 // items of a child: 10 done, 5 failed, 5 skipped, 10 left over
	p := progress.New("p")
	p.Expect(workers * rounds)
	p.Total(workers * rounds)
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for range 2 {
			g.Go(func(ctx context.Context) error {
				var before progress.Snapshot
				for ctx.Err() == nil {
					s := p.Snapshot()
					switch {
					case s.Finished() > s.Total:
						t.Errorf("%d of %d", s.Finished(), s.Total)
					case s.Done < before.Done, s.Failed < before.Failed, s.Fraction < before.Fraction:
						t.Errorf("%v came after %v", s, before)
					case !s.FractionKnown:
						t.Errorf("the fraction is not known: %v", s)
					}
					for _, c := range s.Children {
						if c.Done+c.Failed+c.Skipped > each {
							t.Errorf("a child has %+v", c)
						}
					}
					before = s
					runtime.Gosched() // one processor is enough for this test
				}
				return nil
			}, braid.Background)
		}
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range workers {
				g.Go(func(ctx context.Context) error {
					for range rounds {
						c := p.Child("c", 1)
						c.Total(each)
						err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
							g.Go(func(context.Context) error {
								for range 10 {
									c.Done(1)
								}
								return nil
							})
							g.Go(func(context.Context) error {
								for range 5 {
									c.Fail(1)
									c.Skip(1)
								}
								return nil
							})
							c.End() // while they count, or before, or after
							return nil
						})
						if err != nil {
							return err
						}
						p.Done(1)
					}
					return nil
				})
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	n := workers * rounds
	wantCounts(t, p, n+10*n, 5*n, 15*n, n+each*n)
	wantFraction(t, p, 1)
}

func TestLooksAreConsistentWhileAGroupCountsItsTasks(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2000
	}
	p := progress.New("p")
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for ctx.Err() == nil {
				if s := p.Snapshot(); s.Finished() > s.Total || s.Total > n || s.Total > 0 && !(s.TotalKnown && s.FractionKnown) {
					t.Errorf("%+v", s)
				}
				runtime.Gosched()
			}
			return nil
		}, braid.Background)
		return braid.Each(ctx, make([]int, n), func(context.Context, int) error { return nil }, braid.Track(p), braid.Limit(4))
	})
	if err != nil {
		t.Fatal(err)
	}
	wantCounts(t, p, n, 0, 0, n)
}
