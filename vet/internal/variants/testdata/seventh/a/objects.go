package a

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"

	"github.com/sourcegraph/conc/iter"
	"golang.org/x/sync/errgroup"
)

func sumOf(data []byte) [32]byte { return sha256.Sum256(data) }

// part of Prefetch: makes the task that brings one key into the cache
func (c *Cache) loader(ctx context.Context, key string) func() error {
	return func() error {
		val, err := c.origin.Get(ctx, key)
		if err != nil {
			return nil
		}
		c.put(key, val)
		return nil
	}
}

// want-rule (a): the tasks that loader makes give nil for every error, so a cancelled prefetch reports success
func (c *Cache) Prefetch(ctx context.Context, keys []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, key := range keys {
		g.Go(c.loader(ctx, key))
	}
	return g.Wait()
}

// part of PrefetchOK: makes the task that brings one key into the cache
func (c *Cache) loaderOK(ctx context.Context, key string) func() error {
	return func() error {
		val, err := c.origin.Get(ctx, key)
		if err != nil {
			return err
		}
		c.put(key, val)
		return nil
	}
}

// fine: the tasks that loaderOK makes return the error, a cancellation included
func (c *Cache) PrefetchOK(ctx context.Context, keys []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, key := range keys {
		g.Go(c.loaderOK(ctx, key))
	}
	return g.Wait()
}

// want-rule (a): a cancelled export breaks out of the loop, and the flush's nil makes the truncated file look complete
func (t *Tail) Export(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
loop:
	for {
		select {
		case e, ok := <-t.entries:
			if !ok {
				break loop
			}
			if _, err := bw.Write(e.Data); err != nil {
				return err
			}
		case <-ctx.Done():
			break loop
		}
	}
	return bw.Flush()
}

// fine: only the end of the log breaks out of the loop; the cause of a cancellation is returned beside the flush's error
func (t *Tail) ExportOK(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
loop:
	for {
		select {
		case e, ok := <-t.entries:
			if !ok {
				break loop
			}
			if _, err := bw.Write(e.Data); err != nil {
				return err
			}
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), bw.Flush())
		}
	}
	return bw.Flush()
}

// want-rule (a): a cancelled wait for the next entry is reported as io.EOF, the regular end of the log
func (t *Tail) Next(ctx context.Context) (e Entry, err error) {
	var open bool
	select {
	case e, open = <-t.entries:
		if !open {
			err = io.EOF
		}
	case <-ctx.Done():
		err = io.EOF
	}
	return e, err
}

// fine: io.EOF means that the log was closed, and a cancelled wait gives its cause
func (t *Tail) NextOK(ctx context.Context) (e Entry, err error) {
	var open bool
	select {
	case e, open = <-t.entries:
		if !open {
			err = io.EOF
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return e, err
}

// want-rule (a): a cancellation is logged once for each volume that is left, and the loop ends with a nil error
func (a *Array) Snapshot(ctx context.Context, tag string) (done []string, err error) {
	// A volume that fails is left out; the caller compares the names.
	for name, vol := range a.vols {
		if err := vol.Snapshot(ctx, tag); err == nil {
			done = append(done, name)
			continue
		} else {
			slog.ErrorContext(ctx, "snapshot", "volume", name, "tag", tag, "err", err)
		}
	}
	return done, err
}

// fine: a volume that fails is left out as documented, but a cancellation ends the loop and is returned
func (a *Array) SnapshotOK(ctx context.Context, tag string) (done []string, err error) {
	// A volume that fails is left out; the caller compares the names.
	for name, vol := range a.vols {
		if err := vol.Snapshot(ctx, tag); err == nil {
			done = append(done, name)
			continue
		} else if ctx.Err() != nil {
			return done, context.Cause(ctx)
		} else {
			slog.ErrorContext(ctx, "snapshot", "volume", name, "tag", tag, "err", err)
		}
	}
	return done, err
}

// want-rule (a): MapErr joins the errors of all names, and one cancellation among them gives half-filled sums and nil
func (m *Mirror) Digests(ctx context.Context, names []string) ([][32]byte, error) {
	mapper := iter.Mapper[string, [32]byte]{MaxGoroutines: 4}
	sums, err := mapper.MapErr(names, func(name *string) ([32]byte, error) {
		return m.digest(ctx, *name)
	})
	if !errors.Is(err, context.Canceled) {
		return sums, err
	}
	slog.DebugContext(ctx, "digests interrupted", "names", len(names))
	return sums, nil
}

// fine: a cancellation among the joined errors adds a log line, and all of them are returned in any case
func (m *Mirror) DigestsOK(ctx context.Context, names []string) ([][32]byte, error) {
	mapper := iter.Mapper[string, [32]byte]{MaxGoroutines: 4}
	sums, err := mapper.MapErr(names, func(name *string) ([32]byte, error) {
		return m.digest(ctx, *name)
	})
	if !errors.Is(err, context.Canceled) {
		return sums, err
	}
	slog.DebugContext(ctx, "digests interrupted", "names", len(names))
	return sums, err
}
