package h

import (
	"context"
	"sync"
)

type feed struct {
	cancel context.CancelFunc
	quotes chan quote
	wg     sync.WaitGroup
}

// want-rule (h): the cancel is kept in a field, and Close waits without calling it
func newFeed(ctx context.Context, src source, symbols [3]string) *feed {
	f := &feed{quotes: make(chan quote, 16)}
	ctx, f.cancel = context.WithCancel(ctx)
	for _, sym := range symbols {
		f.wg.Go(func() {
			for {
				q, err := src(ctx, sym)
				if err != nil {
					return
				}
				select {
				case f.quotes <- q:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return f
}

func (f *feed) Close() {
	f.wg.Wait()
}

type feedOK struct {
	cancel context.CancelFunc
	quotes chan quote
	wg     sync.WaitGroup
}

// fine: the cancel is kept in a field, and Close calls it
func newFeedOK(ctx context.Context, src source, symbols [3]string) *feedOK {
	f := &feedOK{quotes: make(chan quote, 16)}
	ctx, f.cancel = context.WithCancel(ctx)
	for _, sym := range symbols {
		f.wg.Go(func() {
			for {
				q, err := src(ctx, sym)
				if err != nil {
					return
				}
				select {
				case f.quotes <- q:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return f
}

func (f *feedOK) Close() {
	f.cancel()
	f.wg.Wait()
}
