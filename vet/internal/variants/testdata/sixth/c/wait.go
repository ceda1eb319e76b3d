package c

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// want-rule (c): the pause between two attempts is a time.Sleep, called through a variable, which no cancellation ends
func (p *Poller) Connect(ctx context.Context) (err error) {
	pause := time.Sleep
	for attempt := range 5 {
		if err = p.be.Ping(ctx); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		pause(p.period << attempt)
	}
	return fmt.Errorf("connect: %w", err)
}

// fine: the pause between two attempts ends with the context
func (p *Poller) ConnectOK(ctx context.Context) (err error) {
	pause := func(d time.Duration) error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for attempt := range 5 {
		if err = p.be.Ping(ctx); err == nil {
			return nil
		}
		if err := pause(p.period << attempt); err != nil {
			return err
		}
	}
	return fmt.Errorf("connect: %w", err)
}

// want-rule (c): the select waits for time.After or a kick, but not for the context
func (p *Poller) Loop(ctx context.Context, key string, use func([]byte)) error {
	for {
		data, err := p.be.Fetch(ctx, key)
		if err != nil {
			return err
		}
		use(data)
		select {
		case <-time.After(p.period):
		case <-p.kick:
		}
	}
}

// fine: the select waits for the context too
func (p *Poller) LoopOK(ctx context.Context, key string, use func([]byte)) error {
	for {
		data, err := p.be.Fetch(ctx, key)
		if err != nil {
			return err
		}
		use(data)
		select {
		case <-time.After(p.period):
		case <-p.kick:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// want-rule (c): the send blocks as long as the consumer does not receive, whatever becomes of the context
func (o *Outbox) Replay(ctx context.Context, from int64, load func(context.Context, int64) (Event, bool, error)) error {
	for seq := from; ; seq++ {
		ev, ok, err := load(ctx, seq)
		if err != nil {
			return fmt.Errorf("load %d: %w", seq, err)
		}
		if !ok {
			return nil
		}
		o.events <- ev
	}
}

// fine: the send stands in a select with the context
func (o *Outbox) ReplayOK(ctx context.Context, from int64, load func(context.Context, int64) (Event, bool, error)) error {
	for seq := from; ; seq++ {
		ev, ok, err := load(ctx, seq)
		if err != nil {
			return fmt.Errorf("load %d: %w", seq, err)
		}
		if !ok {
			return nil
		}
		select {
		case o.events <- ev:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// want-rule (c): the loop spins until the flag is set and never looks at the context
func (p *Poller) WhenReady(ctx context.Context, key string) ([]byte, error) {
	for spins := 1; !p.ready.Load(); spins++ {
		if spins%1024 == 0 {
			runtime.Gosched()
		}
	}
	return p.be.Fetch(ctx, key)
}

// fine: the loop looks at the flag now and then and at the context
func (p *Poller) WhenReadyOK(ctx context.Context, key string) ([]byte, error) {
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	for !p.ready.Load() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return p.be.Fetch(ctx, key)
}

// want-rule (c): the wait for the condition does not end with the context
func (b *Buffer) Take(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		b.cond.Wait()
	}
	item := b.items[0]
	b.items = b.items[1:]
	return item, nil
}

// fine: the end of the context wakes the waiters, and the loop looks at it
func (b *Buffer) TakeOK(ctx context.Context) ([]byte, error) {
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.cond.Broadcast()
	})
	defer stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b.cond.Wait()
	}
	item := b.items[0]
	b.items = b.items[1:]
	return item, nil
}
