// Package a holds cancellations and failures that get lost on the way up.
package a

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type record struct {
	ID   int64
	Body []byte
}

type sink interface {
	Write(ctx context.Context, recs []record) error
	Close() error
}

type exporter struct {
	in   <-chan record
	dst  sink
	size int
	log  *slog.Logger
}

// want-rule (a): the labelled break on Done falls through to return nil, a half export looks complete
func (e *exporter) Drain(ctx context.Context) error {
	buf := make([]record, 0, e.size)
drain:
	for {
		select {
		case r, ok := <-e.in:
			if !ok {
				break drain
			}
			if buf = append(buf, r); len(buf) < e.size {
				continue
			}
			if err := e.dst.Write(ctx, buf); err != nil {
				return fmt.Errorf("export: %w", err)
			}
			buf = buf[:0]
		case <-ctx.Done():
			e.log.Info("export interrupted", "pending", len(buf))
			return nil
		}
	}
	return e.dst.Write(ctx, buf)
}

// fine: Done returns the cause, only the closed channel is a normal end
func (e *exporter) DrainOK(ctx context.Context) error {
	buf := make([]record, 0, e.size)
drain:
	for {
		select {
		case r, ok := <-e.in:
			if !ok {
				break drain
			}
			if buf = append(buf, r); len(buf) < e.size {
				continue
			}
			if err := e.dst.Write(ctx, buf); err != nil {
				return fmt.Errorf("export: %w", err)
			}
			buf = buf[:0]
		case <-ctx.Done():
			e.log.Info("export interrupted", "pending", len(buf))
			return context.Cause(ctx)
		}
	}
	return e.dst.Write(ctx, buf)
}

type profile struct{ Name, Avatar string }

type profiles interface {
	Load(ctx context.Context, uid string) (profile, error)
}

// want-rule (a): the task turns every error of Load, cancellation too, into nil
func loadProfiles(ctx context.Context, src profiles, uids []string) ([]profile, error) {
	out := make([]profile, len(uids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, uid := range uids {
		g.Go(func() error {
			p, err := src.Load(ctx, uid)
			if err != nil {
				return nil
			}
			out[i] = p
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// fine: the task hands the error of Load to the group
func loadProfilesOK(ctx context.Context, src profiles, uids []string) ([]profile, error) {
	out := make([]profile, len(uids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, uid := range uids {
		g.Go(func() error {
			p, err := src.Load(ctx, uid)
			if err != nil {
				return fmt.Errorf("profile %s: %w", uid, err)
			}
			out[i] = p
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// want-rule (a): the deferred filter zeroes a joined error because one part of it is Canceled
func publishBoth(ctx context.Context, primary, mirror sink, recs []record) (err error) {
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	err = errors.Join(
		primary.Write(ctx, recs),
		mirror.Write(ctx, recs),
	)
	return err
}

// fine: the deferred function only adds context to the error
func publishBothOK(ctx context.Context, primary, mirror sink, recs []record) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("publish %d records: %w", len(recs), err)
		}
	}()
	err = errors.Join(
		primary.Write(ctx, recs),
		mirror.Write(ctx, recs),
	)
	return err
}

type index interface {
	Reindex(ctx context.Context, tenant string) error
}

// want-rule (a): logs each error and goes on, also after ctx is dead, then reports success
func reindexTenants(ctx context.Context, ix index, tenants []string, log *slog.Logger) error {
	for n, tenant := range tenants {
		start := time.Now()
		if err := ix.Reindex(ctx, tenant); err != nil {
			log.Error("reindex failed", "tenant", tenant, "err", err)
			continue
		}
		log.Debug("reindexed", "tenant", tenant, "n", n, "took", time.Since(start))
	}
	return nil
}

// fine: goes on over failures of single tenants, but stops when ctx is dead and returns them all
func reindexTenantsOK(ctx context.Context, ix index, tenants []string, log *slog.Logger) error {
	var failed []error
	for n, tenant := range tenants {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, err)...)
		}
		start := time.Now()
		if err := ix.Reindex(ctx, tenant); err != nil {
			log.Error("reindex failed", "tenant", tenant, "err", err)
			failed = append(failed, fmt.Errorf("tenant %s: %w", tenant, err))
			continue
		}
		log.Debug("reindexed", "tenant", tenant, "n", n, "took", time.Since(start))
	}
	return errors.Join(failed...)
}

type jobFunc func(ctx context.Context) error

// want-rule (a): recover-all, a job that panicked counts as one that succeeded
func guarded(name string, job jobFunc) jobFunc {
	return func(ctx context.Context) error {
		defer func() {
			if v := recover(); v != nil {
				slog.Warn("job panicked", "job", name, "panic", v)
			}
		}()
		return job(ctx)
	}
}

// fine: the panic becomes the error of the job
func guardedOK(name string, job jobFunc) jobFunc {
	return func(ctx context.Context) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("job %s panicked: %v\n%s", name, v, debug.Stack())
			}
		}()
		return job(ctx)
	}
}

type stats struct{ seen, stored int }

type feed interface {
	Pull(ctx context.Context, shard int) (int, error)
}

// want-rule (a): a tagless switch answers nil for the group's error tree if any leaf is a cancellation or timeout
func collectStats(ctx context.Context, f feed, shards []int) (st stats, _ error) {
	counts, err := braid.Map(ctx, shards, f.Pull, braid.Limit(4), braid.Supervised)
	for _, n := range counts {
		st.seen += n
	}
	switch {
	case err == nil:
		st.stored = st.seen
		return st, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return st, nil
	default:
		return st, fmt.Errorf("collect: %w", err)
	}
}

// fine: every error is returned, the cancelled ones with another text
func collectStatsOK(ctx context.Context, f feed, shards []int) (st stats, _ error) {
	counts, err := braid.Map(ctx, shards, f.Pull, braid.Limit(4), braid.Supervised)
	for _, n := range counts {
		st.seen += n
	}
	switch {
	case err == nil:
		st.stored = st.seen
		return st, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return st, fmt.Errorf("collect cut short: %w", err)
	default:
		return st, fmt.Errorf("collect: %w", err)
	}
}

type ledger interface {
	Entries(ctx context.Context, account string) iter.Seq2[record, error]
}

// want-rule (a): the error of the iterator ends the loop and is then forgotten
func sumEntries(ctx context.Context, l ledger, account string) (total int, err error) {
	for rec, err := range l.Entries(ctx, account) {
		if err != nil {
			slog.DebugContext(ctx, "entries ended", "account", account, "err", err)
			break
		}
		total += len(rec.Body)
	}
	return total, nil
}

// fine: the error of the iterator is returned
func sumEntriesOK(ctx context.Context, l ledger, account string) (total int, err error) {
	for rec, err := range l.Entries(ctx, account) {
		if err != nil {
			return 0, fmt.Errorf("entries of %s: %w", account, err)
		}
		total += len(rec.Body)
	}
	return total, nil
}

func stopped(ctx context.Context) bool { return ctx.Err() != nil }

type migration struct {
	steps []func(ctx context.Context) error
	done  int
}

func runMigrations(ctx context.Context, ms ...*migration) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, m := range ms {
			g.Go(m.apply)
			g.Go(m.applyOK)
		}
		return nil
	}, braid.Limit(2))
}

// want-rule (a): a cancelled migration with steps left returns nil
func (m *migration) apply(ctx context.Context) error {
	for i := m.done; i < len(m.steps); i++ {
		if stopped(ctx) {
			return nil
		}
		if err := m.steps[i](ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		m.done = i + 1
	}
	return nil
}

// fine: a cancelled migration says that it was
func (m *migration) applyOK(ctx context.Context) error {
	for i := m.done; i < len(m.steps); i++ {
		if stopped(ctx) {
			return fmt.Errorf("stopped before step %d: %w", i, context.Cause(ctx))
		}
		if err := m.steps[i](ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		m.done = i + 1
	}
	return nil
}

// want-rule (a): gives up on Done with the zero value and no error
func retryFetch[T any](ctx context.Context, attempts int, fetch func(context.Context) (T, error)) (T, error) {
	var zero T
	var last error
	for n := range attempts {
		v, err := fetch(ctx)
		if err == nil {
			return v, nil
		}
		last = err
		select {
		case <-ctx.Done():
			return zero, nil
		case <-time.After(time.Duration(n+1) * 100 * time.Millisecond):
		}
	}
	return zero, last
}

// fine: gives up on Done with the cause and the last failure
func retryFetchOK[T any](ctx context.Context, attempts int, fetch func(context.Context) (T, error)) (T, error) {
	var zero T
	var last error
	for n := range attempts {
		v, err := fetch(ctx)
		if err == nil {
			return v, nil
		}
		last = err
		select {
		case <-ctx.Done():
			return zero, errors.Join(context.Cause(ctx), last)
		case <-time.After(time.Duration(n+1) * 100 * time.Millisecond):
		}
	}
	return zero, last
}
