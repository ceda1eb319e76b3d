package i

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// want-rule (i): a task for each line of the input
func (l *Loader) LoadLines(ctx context.Context, r io.Reader) error {
	g, ctx := errgroup.WithContext(ctx)
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		line := sc.Text()
		g.Go(func() error {
			return l.load(ctx, line)
		})
	}
	return errors.Join(sc.Err(), g.Wait())
}

// fine: the group's limit holds the scanner back
func (l *Loader) LoadLinesOK(ctx context.Context, r io.Reader) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		line := sc.Text()
		g.Go(func() error {
			return l.load(ctx, line)
		})
	}
	return errors.Join(sc.Err(), g.Wait())
}

// want-rule (i): the walk starts a task for each file of a tree of any size
func (l *Loader) Upload(ctx context.Context, fsys fs.FS) error {
	g, ctx := errgroup.WithContext(ctx)
	walk := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		g.Go(func() error {
			return l.put(ctx, path)
		})
		return ctx.Err()
	})
	return errors.Join(g.Wait(), walk)
}

// fine: a few workers put the files that the walk sends them
func (l *Loader) UploadOK(ctx context.Context, fsys fs.FS) error {
	g, ctx := errgroup.WithContext(ctx)
	paths := make(chan string)
	for range parallel {
		g.Go(func() error {
			for path := range paths {
				if err := l.put(ctx, path); err != nil {
					return fmt.Errorf("put %s: %w", path, err)
				}
			}
			return nil
		})
	}
	walk := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		select {
		case paths <- path:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(paths)
	return errors.Join(g.Wait(), walk)
}

// want-rule (i): the semaphore is taken within the goroutine, so one is started for each message all the same
func (l *Loader) Drain(ctx context.Context, msgs iter.Seq[Message]) error {
	sem := semaphore.NewWeighted(parallel)
	g, ctx := errgroup.WithContext(ctx)
	for m := range msgs {
		g.Go(func() error {
			if err := sem.Acquire(ctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			return l.load(ctx, string(m.Body))
		})
	}
	return g.Wait()
}

// fine: the semaphore is taken before the goroutine is started
func (l *Loader) DrainOK(ctx context.Context, msgs iter.Seq[Message]) error {
	sem := semaphore.NewWeighted(parallel)
	g, ctx := errgroup.WithContext(ctx)
	for m := range msgs {
		if err := sem.Acquire(ctx, 1); err != nil {
			return errors.Join(g.Wait(), err)
		}
		g.Go(func() error {
			defer sem.Release(1)
			return l.load(ctx, string(m.Body))
		})
	}
	return g.Wait()
}

// want-rule (i): a goroutine for each message that comes from the broker
func (l *Loader) Subscribe(ctx context.Context, msgs <-chan Message) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m, ok := <-msgs:
			if !ok {
				return nil
			}
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := l.load(ctx, string(m.Body)); err != nil {
					slog.ErrorContext(ctx, "load", "message", m.ID, "err", err)
				}
			}()
		}
	}
}

// fine: a fixed number of goroutines takes the messages
func (l *Loader) SubscribeOK(ctx context.Context, msgs <-chan Message) error {
	var wg sync.WaitGroup
	for range parallel {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case m, ok := <-msgs:
					if !ok {
						return
					}
					if err := l.load(ctx, string(m.Body)); err != nil {
						slog.ErrorContext(ctx, "load", "message", m.ID, "err", err)
					}
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
