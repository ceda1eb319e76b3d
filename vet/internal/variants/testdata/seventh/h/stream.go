package h

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

type subscription struct {
	topic  string
	body   io.ReadCloser
	cancel context.CancelFunc
	log    *slog.Logger
}

// want-rule (h): the cancel goes into the subscription, whose Close does not call it, so the topic is followed on until the caller's own context ends
func (c *client) subscribe(ctx context.Context, topic string) (*subscription, error) {
	sctx, cancel := context.WithCancel(ctx)
	body, err := c.open(sctx, topic)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("subscribe %s: %w", topic, err)
	}
	return &subscription{topic: topic, body: body, cancel: cancel, log: c.log}, nil
}

// part of subscribe: ends the subscription
func (s *subscription) Close() error {
	s.log.Debug("unsubscribe", "topic", s.topic)
	return s.body.Close()
}

type subscriptionOK struct {
	topic  string
	body   io.ReadCloser
	cancel context.CancelFunc
	log    *slog.Logger
}

// fine: the cancel belongs to the subscription, whose Close calls it, and is called here only if there is none
func (c *client) subscribeOK(ctx context.Context, topic string) (*subscriptionOK, error) {
	sctx, cancel := context.WithCancel(ctx)
	body, err := c.open(sctx, topic)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("subscribe %s: %w", topic, err)
	}
	return &subscriptionOK{topic: topic, body: body, cancel: cancel, log: c.log}, nil
}

// part of subscribeOK: ends the subscription
func (s *subscriptionOK) Close() error {
	s.log.Debug("unsubscribe", "topic", s.topic)
	s.cancel()
	return s.body.Close()
}

// want-rule (h): the heartbeat's ticker is stopped where the client goes away, but not where a write fails or the subscription ends
func (e *events) serve(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	sub := e.broker.Subscribe(ctx)
	beat := time.NewTicker(e.heartbeat)
	line := ""
	for {
		select {
		case <-ctx.Done():
			beat.Stop()
			return
		case <-beat.C:
			line = ":\n\n"
		case data, ok := <-sub:
			if !ok {
				return
			}
			line = "data: " + data + "\n\n"
		}
		_, err := io.WriteString(w, line)
		if err = errors.Join(err, http.NewResponseController(w).Flush()); err != nil {
			e.log.DebugContext(ctx, "events", "err", err)
			return
		}
	}
}

// fine: the ticker is stopped whatever ends the stream
func (e *events) serveOK(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	sub := e.broker.Subscribe(ctx)
	beat := time.NewTicker(e.heartbeat)
	defer beat.Stop()
	line := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			line = ":\n\n"
		case data, ok := <-sub:
			if !ok {
				return
			}
			line = "data: " + data + "\n\n"
		}
		_, err := io.WriteString(w, line)
		if err = errors.Join(err, http.NewResponseController(w).Flush()); err != nil {
			e.log.DebugContext(ctx, "events", "err", err)
			return
		}
	}
}

// want-rule (h): each change makes a timer of its own, and those that came before run on although nobody has their channel
func (w *watcher) run(ctx context.Context) error {
	dirty := make(map[string]bool)
	var due <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case c, ok := <-w.changes:
			if !ok {
				return errWatchClosed
			}
			dirty[c.Path] = true
			due = time.NewTimer(w.quiet).C
		case <-due:
			if err := w.reload(ctx, dirty); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
			clear(dirty)
		}
	}
}

// fine: there is one timer, which each change sets anew and the end of the loop stops
func (w *watcher) runOK(ctx context.Context) error {
	dirty := make(map[string]bool)
	due := time.NewTimer(w.quiet)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case c, ok := <-w.changes:
			if !ok {
				return errWatchClosed
			}
			dirty[c.Path] = true
			due.Reset(w.quiet)
		case <-due.C:
			if len(dirty) == 0 {
				continue
			}
			if err := w.reload(ctx, dirty); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
			clear(dirty)
		}
	}
}

// want-rule (h): the watchdog is put off at each read but never stopped, and when the job is over it interrupts the worker's next one
func (t *transcoder) collect(dst io.Writer, w worker) (n int64, err error) {
	stalled := time.AfterFunc(t.stall, w.Interrupt)
	buf := make([]byte, 32<<10)
	for {
		k, rerr := w.Read(buf)
		stalled.Reset(t.stall)
		if _, err := dst.Write(buf[:k]); err != nil {
			return n, fmt.Errorf("collect: %w", err)
		}
		n += int64(k)
		switch {
		case errors.Is(rerr, io.EOF):
			return n, nil
		case rerr != nil:
			return n, fmt.Errorf("collect: %w", rerr)
		}
	}
}

// fine: the watchdog is put off at each read and stopped at the end
func (t *transcoder) collectOK(dst io.Writer, w worker) (n int64, err error) {
	stalled := time.AfterFunc(t.stall, w.Interrupt)
	defer stalled.Stop()
	buf := make([]byte, 32<<10)
	for {
		k, rerr := w.Read(buf)
		stalled.Reset(t.stall)
		if _, err := dst.Write(buf[:k]); err != nil {
			return n, fmt.Errorf("collect: %w", err)
		}
		n += int64(k)
		switch {
		case errors.Is(rerr, io.EOF):
			return n, nil
		case rerr != nil:
			return n, fmt.Errorf("collect: %w", rerr)
		}
	}
}
