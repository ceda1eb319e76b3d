// Limits that hold nothing back.

package unbounded

import (
	"context"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func larger(ids []string, most int) error {
	var g errgroup.Group
	g.SetLimit(max(most, len(ids))) // want `this limit is never less than the length of ids`
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	return g.Wait()
}

func largerInVariable(ctx context.Context, ids []string, most int) error {
	n := max(len(ids), most)
	return braid.Each(ctx, ids, byID, braid.Limit(n)) // want `this limit is never less than the length of ids`
}

func largerByIf(ids []string, most int) error {
	n := len(ids)
	if n < most {
		n = most
	}
	p := pool.New().WithMaxGoroutines(n) // want `this limit is never less than the length of ids`
	for _, id := range ids {
		p.Go(func() { _ = work(id) })
	}
	p.Wait()
	return nil
}

func largerInBody(ctx context.Context, ids []string, most int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, id := range ids {
			g.Go(func(ctx context.Context) error { return byID(ctx, id) })
		}
		return nil
	}, braid.Limit(max(most, len(ids)))) // want `this limit is never less than the length of ids`
}

// The smaller of the two, at least one, the length of another list, or of more than this one.

func smaller(ids []string, most int) error {
	var g errgroup.Group
	g.SetLimit(min(most, len(ids)))
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	n := len(ids)
	if n > most {
		n = most
	}
	var other errgroup.Group
	other.SetLimit(n)
	for _, id := range ids {
		other.Go(func() error { return work(id) })
	}
	return g.Wait()
}

func atLeastOne(ids []string) error {
	var g errgroup.Group
	g.SetLimit(max(1, len(ids)))
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	return g.Wait()
}

func ofOthers(ids, hosts []string, most int) error {
	var g errgroup.Group
	g.SetLimit(max(most, len(hosts)))
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	return g.Wait()
}

func together(ids, hosts []string, most int) error {
	var g errgroup.Group
	g.SetLimit(max(most, len(ids)))
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	for _, host := range hosts {
		g.Go(func() error { return work(host) })
	}
	return g.Wait()
}

// A number that nobody has set is 0.
func unset(ids []string) error {
	var most int
	var g errgroup.Group
	g.SetLimit(most)
	for _, id := range ids {
		g.Go(func() error { return work(id) })
	}
	return g.Wait()
}
