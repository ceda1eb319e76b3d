package g

import (
	"context"
	"fmt"
	"io"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the deferred Wait throws the copies' error away and the function says nil
func copyBoth(ctx context.Context, c copier, from, to [2]string) error {
	g, ctx := errgroup.WithContext(ctx)
	defer g.Wait()
	for i := range from {
		g.Go(func() error {
			return c.Copy(ctx, from[i], to[i])
		})
	}
	return nil
}

// fine: what Wait gives is returned
func copyBothOK(ctx context.Context, c copier, from, to [2]string) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := range from {
		g.Go(func() error {
			return c.Copy(ctx, from[i], to[i])
		})
	}
	return g.Wait()
}

// want-rule (g): only the goroutine that closes the channel waits for the group, and it ignores the error; the caller gets some of the sums and nil
func digestAll(ctx context.Context, d digester, names []string) (map[string][32]byte, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	found := make(chan sum, len(names))
	for _, n := range names {
		g.Go(func() error {
			h, err := d.Digest(ctx, n)
			if err != nil {
				return err
			}
			found <- sum{n, h}
			return nil
		})
	}
	go func() {
		g.Wait()
		close(found)
	}()
	sums := make(map[string][32]byte, len(names))
	for s := range found {
		sums[s.Name] = s.Hash
	}
	return sums, nil
}

// fine: the goroutine waits only to close the channel; the error is taken by the second Wait, as in errgroup's own pipeline example
func digestAllOK(ctx context.Context, d digester, names []string) (map[string][32]byte, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	found := make(chan sum, len(names))
	for _, n := range names {
		g.Go(func() error {
			h, err := d.Digest(ctx, n)
			if err != nil {
				return err
			}
			found <- sum{n, h}
			return nil
		})
	}
	go func() {
		g.Wait()
		close(found)
	}()
	sums := make(map[string][32]byte, len(names))
	for s := range found {
		sums[s.Name] = s.Hash
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return sums, nil
}

// want-rule (g): WaitAndRecover gives the panic of a rebuild, and nobody looks at it
func rebuildShards(ix index) error {
	var wg conc.WaitGroup
	for shard := range 8 {
		wg.Go(func() { ix.Rebuild(shard) })
	}
	wg.WaitAndRecover()
	return nil
}

// fine: the panic of a rebuild comes back as an error
func rebuildShardsOK(ix index) error {
	var wg conc.WaitGroup
	for shard := range 8 {
		wg.Go(func() { ix.Rebuild(shard) })
	}
	return wg.WaitAndRecover().AsError()
}

// want-rule (g): the pool's error is assigned to the blank identifier, so a carrier that failed looks like one that does not deliver
func quotes(ctx context.Context, carriers [3]carrier, parcel string) ([]quote, error) {
	p := pool.NewWithResults[quote]().WithContext(ctx)
	for _, c := range carriers {
		p.Go(func(ctx context.Context) (quote, error) {
			return c.Quote(ctx, parcel)
		})
	}
	all, _ := p.Wait()
	return all, nil
}

// fine: the pool's error goes to the caller
func quotesOK(ctx context.Context, carriers [3]carrier, parcel string) ([]quote, error) {
	p := pool.NewWithResults[quote]().WithContext(ctx)
	for _, c := range carriers {
		p.Go(func(ctx context.Context) (quote, error) {
			return c.Quote(ctx, parcel)
		})
	}
	all, err := p.Wait()
	if err != nil {
		return nil, err
	}
	return all, nil
}

// want-rule (g): the group's error is overwritten by that of the write before anybody has looked at it
func writeHeader(ctx context.Context, w io.WriteCloser, head, toc section) (err error) {
	var parts [2][]byte
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range [...]section{head, toc} {
		g.Go(func() (err error) {
			parts[i], err = s.Encode(ctx)
			return err
		})
	}
	err = g.Wait()
	_, err = fmt.Fprintf(w, "%s%s", parts[0], parts[1])
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return err
}

// fine: nothing is written if the group has failed, and its error comes first
func writeHeaderOK(ctx context.Context, w io.WriteCloser, head, toc section) (err error) {
	var parts [2][]byte
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range [...]section{head, toc} {
		g.Go(func() (err error) {
			parts[i], err = s.Encode(ctx)
			return err
		})
	}
	if err = g.Wait(); err == nil {
		_, err = fmt.Fprintf(w, "%s%s", parts[0], parts[1])
	}
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return err
}
