// Package c holds waits that a cancellation does not reach.
package c

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type lease struct{ token string }

type locker interface {
	TryAcquire(ctx context.Context, key string) (lease, bool, error)
}

// want-rule (c): time.Sleep between attempts, a cancelled caller sleeps on
func acquireLease(ctx context.Context, lk locker, key string, tries int) (lease, error) {
	wait := 50 * time.Millisecond
	for range tries {
		l, ok, err := lk.TryAcquire(ctx, key)
		switch {
		case err != nil:
			return lease{}, err
		case ok:
			return l, nil
		}
		time.Sleep(wait)
		wait = min(2*wait, 5*time.Second)
	}
	return lease{}, fmt.Errorf("lease %q is held", key)
}

// fine: braid.Sleep returns when ctx dies
func acquireLeaseOK(ctx context.Context, lk locker, key string, tries int) (lease, error) {
	wait := 50 * time.Millisecond
	for range tries {
		l, ok, err := lk.TryAcquire(ctx, key)
		switch {
		case err != nil:
			return lease{}, err
		case ok:
			return l, nil
		}
		if err := braid.Sleep(ctx, wait); err != nil {
			return lease{}, err
		}
		wait = min(2*wait, 5*time.Second)
	}
	return lease{}, fmt.Errorf("lease %q is held", key)
}

type reading struct {
	Sensor string
	Value  float64
}

type bus interface {
	Next(ctx context.Context) (reading, error)
}

type bridge struct {
	in      bus
	out     chan<- reading
	dropped int
}

// want-rule (c): the bare send blocks for ever if the consumer is gone
func (b *bridge) forward(ctx context.Context) error {
	for {
		rd, err := b.in.Next(ctx)
		if err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		if rd.Value != rd.Value {
			b.dropped++
			continue
		}
		b.out <- rd
	}
}

// fine: the send is one arm of a select with Done
func (b *bridge) forwardOK(ctx context.Context) error {
	for {
		rd, err := b.in.Next(ctx)
		if err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		if rd.Value != rd.Value {
			b.dropped++
			continue
		}
		select {
		case b.out <- rd:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

type metricBatcher struct {
	points chan float64
	flush  chan struct{}
	post   func(ctx context.Context, pts []float64) error
}

// want-rule (c): select over three channels, none of which is Done
func (m *metricBatcher) loop(ctx context.Context) error {
	var pts []float64
	for {
		select {
		case p, ok := <-m.points:
			if !ok {
				return m.post(ctx, pts)
			}
			if pts = append(pts, p); len(pts) < 500 {
				continue
			}
		case <-m.flush:
		case <-time.After(10 * time.Second):
		}
		if err := m.post(ctx, pts); err != nil {
			return err
		}
		pts = nil
	}
}

// fine: the same select with an arm for Done
func (m *metricBatcher) loopOK(ctx context.Context) error {
	var pts []float64
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p, ok := <-m.points:
			if !ok {
				return m.post(ctx, pts)
			}
			if pts = append(pts, p); len(pts) < 500 {
				continue
			}
		case <-m.flush:
		case <-time.After(10 * time.Second):
		}
		if err := m.post(ctx, pts); err != nil {
			return err
		}
		pts = nil
	}
}

type (
	change  struct{ Path, Op string }
	changes = <-chan change
)

// want-rule (c): range over a channel that an idle watcher never closes
func applyChanges(ctx context.Context, in changes, apply func(context.Context, change) error) (n int, err error) {
	for ch := range in {
		if ch.Op == "chmod" {
			continue
		}
		if err = apply(ctx, ch); err != nil {
			return n, fmt.Errorf("%s %s: %w", ch.Op, ch.Path, err)
		}
		n++
	}
	return n, nil
}

// fine: each receive looks at Done as well
func applyChangesOK(ctx context.Context, in changes, apply func(context.Context, change) error) (n int, err error) {
	for {
		var ch change
		var ok bool
		select {
		case <-ctx.Done():
			return n, context.Cause(ctx)
		case ch, ok = <-in:
		}
		switch {
		case !ok:
			return n, nil
		case ch.Op == "chmod":
			continue
		}
		if err = apply(ctx, ch); err != nil {
			return n, fmt.Errorf("%s %s: %w", ch.Op, ch.Path, err)
		}
		n++
	}
}

type queue[T any] struct {
	mu     sync.Mutex
	filled *sync.Cond
	items  []T
}

func newQueue[T any]() *queue[T] {
	q := &queue[T]{}
	q.filled = sync.NewCond(&q.mu)
	return q
}

// want-rule (c): Cond.Wait is deaf to ctx
func (q *queue[T]) Pop(ctx context.Context) (item T, err error) {
	if err = ctx.Err(); err != nil {
		return item, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.filled.Wait()
	}
	item, q.items = q.items[0], q.items[1:]
	return item, nil
}

// fine: an AfterFunc wakes the Cond when ctx dies and the loop looks at it
func (q *queue[T]) PopOK(ctx context.Context) (item T, err error) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.filled.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		if err = ctx.Err(); err != nil {
			return item, err
		}
		q.filled.Wait()
	}
	item, q.items = q.items[0], q.items[1:]
	return item, nil
}

type memcache struct {
	conn net.Conn
	br   *bufio.Reader
}

// want-rule (c): reads from the connection with no deadline and nobody to close it
func (m *memcache) version(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if _, err := m.conn.Write([]byte("version\r\n")); err != nil {
		return "", err
	}
	buf := make([]byte, 128)
	n, err := m.conn.Read(buf)
	if err != nil {
		return "", fmt.Errorf("version: %w", err)
	}
	return string(bytes.TrimSpace(buf[:n])), nil
}

// fine: an AfterFunc moves the deadline into the past when ctx dies
func (m *memcache) versionOK(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = m.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := m.conn.Write([]byte("version\r\n")); err != nil {
		return "", errors.Join(err, ctx.Err())
	}
	buf := make([]byte, 128)
	n, err := m.conn.Read(buf)
	if err != nil {
		return "", errors.Join(fmt.Errorf("version: %w", err), ctx.Err())
	}
	return string(bytes.TrimSpace(buf[:n])), nil
}

type health struct {
	OK bool `json:"ok"`
}

// want-rule (c): client.Get in a task knows nothing of the group's context
func probeAll(ctx context.Context, client *http.Client, urls []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(10)
	for _, u := range urls {
		g.Go(func() error {
			resp, err := client.Get(u)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			var h health
			if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
				return err
			}
			slog.DebugContext(ctx, "probed", "url", u, "ok", h.OK)
			return nil
		})
	}
	return g.Wait()
}

// fine: the request is made with the group's context
func probeAllOK(ctx context.Context, client *http.Client, urls []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(10)
	for _, u := range urls {
		g.Go(func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			var h health
			if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
				return err
			}
			slog.DebugContext(ctx, "probed", "url", u, "ok", h.OK)
			return nil
		})
	}
	return g.Wait()
}

type userStore struct {
	*sql.DB
	table string
}

// want-rule (c): the promoted Query and Exec run without ctx
func (s userStore) expire(ctx context.Context, before time.Time) (int64, error) {
	slog.InfoContext(ctx, "expiring users", "before", before)
	var n int64
	row := s.QueryRow("SELECT count(*) FROM "+s.table+" WHERE seen < $1", before)
	if err := row.Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	res, err := s.Exec("DELETE FROM "+s.table+" WHERE seen < $1", before)
	if err != nil {
		return 0, fmt.Errorf("expire %d users: %w", n, err)
	}
	return res.RowsAffected()
}

// fine: the Context variants of the promoted methods
func (s userStore) expireOK(ctx context.Context, before time.Time) (int64, error) {
	slog.InfoContext(ctx, "expiring users", "before", before)
	var n int64
	row := s.QueryRowContext(ctx, "SELECT count(*) FROM "+s.table+" WHERE seen < $1", before)
	if err := row.Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	res, err := s.ExecContext(ctx, "DELETE FROM "+s.table+" WHERE seen < $1", before)
	if err != nil {
		return 0, fmt.Errorf("expire %d users: %w", n, err)
	}
	return res.RowsAffected()
}

type gateway struct {
	closing  atomic.Bool
	inflight sync.WaitGroup
	mu       sync.Mutex
	active   int
	idle     chan struct{} // closed by the last request that leaves after closing was set
}

// want-rule (c): waits for the requests in flight however short the caller's deadline is
func (gw *gateway) Shutdown(ctx context.Context) error {
	if !gw.closing.CompareAndSwap(false, true) {
		return errors.New("gateway: already closed")
	}
	slog.InfoContext(ctx, "draining")
	gw.inflight.Wait()
	return nil
}

// fine: waits for a channel that the last request closes, or for Done
func (gw *gateway) ShutdownOK(ctx context.Context) error {
	if !gw.closing.CompareAndSwap(false, true) {
		return errors.New("gateway: already closed")
	}
	gw.mu.Lock()
	if gw.active == 0 {
		close(gw.idle)
	}
	gw.mu.Unlock()
	slog.InfoContext(ctx, "draining")
	select {
	case <-gw.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("draining: %w", context.Cause(ctx))
	}
}

type election struct {
	term   atomic.Uint64
	leader atomic.Pointer[string]
}

// want-rule (c): spins until there is a leader, cancelled or not
func (e *election) awaitLeader(ctx context.Context, term uint64) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	for e.term.Load() < term || e.leader.Load() == nil {
		runtime.Gosched()
	}
	return *e.leader.Load(), nil
}

// fine: polls on a ticker and looks at Done
func (e *election) awaitLeaderOK(ctx context.Context, term uint64) (string, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for e.term.Load() < term || e.leader.Load() == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return *e.leader.Load(), nil
}
