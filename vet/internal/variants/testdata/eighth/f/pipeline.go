package f

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the producer's select watches the outer context, so it hangs in its send once the workers have failed
func CopySegments(ctx context.Context, segments []string, r Replica) error {
	g, gctx := errgroup.WithContext(ctx)
	work := make(chan string)
	g.Go(func() error {
		defer close(work)
		for _, s := range segments {
			select {
			case work <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range 4 {
		g.Go(func() error {
			for s := range work {
				if err := r.Pull(gctx, s); err != nil {
					return fmt.Errorf("pull %s: %w", s, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the producer's select watches the group's context, which dies when a worker fails
func CopySegmentsOK(ctx context.Context, segments []string, r Replica) error {
	g, gctx := errgroup.WithContext(ctx)
	work := make(chan string)
	g.Go(func() error {
		defer close(work)
		for _, s := range segments {
			select {
			case work <- s:
			case <-gctx.Done():
				return gctx.Err()
			}
		}
		return nil
	})
	for range 4 {
		g.Go(func() error {
			for s := range work {
				if err := r.Pull(gctx, s); err != nil {
					return fmt.Errorf("pull %s: %w", s, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (f): the pull is made with a context from WithoutCancel, so the group's cancellation never reaches it
func MirrorSegments(ctx context.Context, segments []string, r Replica) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, s := range segments {
		g.Go(func() error {
			ctx := context.WithoutCancel(ctx)
			if err := r.Pull(ctx, s); err != nil {
				return fmt.Errorf("mirror %s: %w", s, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the pull is cancelled with the group, only the short acknowledgement after it is kept from that, with a bound
func MirrorSegmentsOK(ctx context.Context, segments []string, r Replica) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, s := range segments {
		g.Go(func() error {
			if err := r.Pull(ctx, s); err != nil {
				return fmt.Errorf("mirror %s: %w", s, err)
			}
			// The segment is here; the peer has to learn of it even if we are shutting down.
			ack, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackTimeout)
			defer cancel()
			return r.Ack(ack, s)
		})
	}
	return g.Wait()
}
