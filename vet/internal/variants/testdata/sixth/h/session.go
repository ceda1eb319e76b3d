package h

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// want-rule (h): the watchdog of AfterFunc is never stopped, and interrupts whatever the kernel runs when it fires
func (r *runner) evaluate(k kernel, input []byte) (out []byte, err error) {
	if len(input) == 0 {
		return nil, errors.New("evaluate: empty input")
	}
	begun := time.Now()
	time.AfterFunc(r.limit, func() {
		r.log.Warn("kernel is over its time", "limit", r.limit)
		k.Interrupt()
	})
	defer func() {
		r.log.Debug("evaluated", "bytes", len(input), "took", time.Since(begun), "err", err)
	}()
	out, err = k.Run(input)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	return out, nil
}

// fine: the watchdog is stopped once the kernel has returned
func (r *runner) evaluateOK(k kernel, input []byte) (out []byte, err error) {
	if len(input) == 0 {
		return nil, errors.New("evaluate: empty input")
	}
	begun := time.Now()
	watchdog := time.AfterFunc(r.limit, func() {
		r.log.Warn("kernel is over its time", "limit", r.limit)
		k.Interrupt()
	})
	defer func() {
		watchdog.Stop()
		r.log.Debug("evaluated", "bytes", len(input), "took", time.Since(begun), "err", err)
	}()
	out, err = k.Run(input)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	return out, nil
}

// want-rule (h): each reload puts a new ticker in the place of the old one, and the deferred Stop is bound to the first
func (s *scraper) run(ctx context.Context) error {
	tick := time.NewTicker(s.first.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case next := <-s.reload:
			if next.Interval <= 0 {
				s.log.WarnContext(ctx, "bad interval", "interval", next.Interval)
				break
			}
			tick = time.NewTicker(next.Interval)
		case <-tick.C:
			if err := s.scrape(ctx); err != nil {
				return fmt.Errorf("scrape: %w", err)
			}
		}
	}
}

// fine: a reload resets the one ticker, which the deferred Stop ends
func (s *scraper) runOK(ctx context.Context) error {
	tick := time.NewTicker(s.first.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case next := <-s.reload:
			if next.Interval <= 0 {
				s.log.WarnContext(ctx, "bad interval", "interval", next.Interval)
				break
			}
			tick.Reset(next.Interval)
		case <-tick.C:
			if err := s.scrape(ctx); err != nil {
				return fmt.Errorf("scrape: %w", err)
			}
		}
	}
}

// want-rule (h): the stop of context.AfterFunc is dropped, so a cancel after the exchange breaks the deadline of whoever has the session next
func (s *session) exchange(ctx context.Context, req []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.conn.SetDeadline(time.Now().Add(s.timeout)); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() {
		s.conn.SetDeadline(time.Unix(1, 0))
	})

	if _, err := s.conn.Write(req); err != nil {
		return nil, errors.Join(fmt.Errorf("exchange: write: %w", err), context.Cause(ctx))
	}
	reply, err := s.readReply()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("exchange: read: %w", err), context.Cause(ctx))
	}
	return reply, nil
}

// fine: the callback is taken back when the exchange is over, or waited for if it has begun
func (s *session) exchangeOK(ctx context.Context, req []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.conn.SetDeadline(time.Now().Add(s.timeout)); err != nil {
		return nil, err
	}
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cut)
		s.conn.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		if !stop() {
			<-cut
		}
	}()

	if _, err := s.conn.Write(req); err != nil {
		return nil, errors.Join(fmt.Errorf("exchange: write: %w", err), context.Cause(ctx))
	}
	reply, err := s.readReply()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("exchange: read: %w", err), context.Cause(ctx))
	}
	return reply, nil
}

// want-rule (h): the cancels are deferred in a loop that does not end, and pile up with the timers of all messages
func (c *consumer) consume(ctx context.Context) error {
	for {
		m, err := c.q.Receive(ctx)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		mctx, cancel := context.WithTimeout(ctx, c.perItem)
		defer cancel()
		if err := c.handle(mctx, m); err != nil {
			return fmt.Errorf("message of %s: %w", m.Topic, err)
		}
		if err := c.q.Ack(ctx, m); err != nil {
			return fmt.Errorf("ack: %w", err)
		}
	}
}

// fine: the cancel is called as soon as the message has been handled
func (c *consumer) consumeOK(ctx context.Context) error {
	one := func(m message) error {
		mctx, cancel := context.WithTimeout(ctx, c.perItem)
		defer cancel()
		return c.handle(mctx, m)
	}
	for {
		m, err := c.q.Receive(ctx)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		if err := one(m); err != nil {
			return fmt.Errorf("message of %s: %w", m.Topic, err)
		}
		if err := c.q.Ack(ctx, m); err != nil {
			return fmt.Errorf("ack: %w", err)
		}
	}
}

// want-rule (h): the cancel of the subscription before is overwritten without having been called, and that one goes on beside the new one
func (s *subscriber) resubscribe(ctx context.Context, topic string) error {
	sctx, cancel := context.WithCancel(ctx)
	if err := s.feed.Subscribe(sctx, topic, s.fn); err != nil {
		cancel()
		return fmt.Errorf("subscribe %s: %w", topic, err)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop = cancel
	return nil
}

// fine: the subscription before is cancelled when the new one takes its place, and Close cancels the last
func (s *subscriber) resubscribeOK(ctx context.Context, topic string) error {
	sctx, cancel := context.WithCancel(ctx)
	if err := s.feed.Subscribe(sctx, topic, s.fn); err != nil {
		cancel()
		return fmt.Errorf("subscribe %s: %w", topic, err)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
	s.stop = cancel
	return nil
}
