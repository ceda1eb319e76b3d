package i

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// want-rule (i): a goroutine for each line of the input
func (s *Server) CheckLines(ctx context.Context, r io.Reader) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		url := lines.Text()
		wg.Go(func() {
			code, err := s.check(ctx, url)
			s.log.InfoContext(ctx, "checked", "url", url, "code", code, "err", err)
		})
	}
	wg.Wait()
	return errors.Join(lines.Err(), ctx.Err())
}

// fine: a slot is taken before the goroutine is started, and there are ten
func (s *Server) CheckLinesOK(ctx context.Context, r io.Reader) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, 10)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		url := lines.Text()
		wg.Go(func() {
			defer func() { <-slots }()
			code, err := s.check(ctx, url)
			s.log.InfoContext(ctx, "checked", "url", url, "code", code, "err", err)
		})
	}
	wg.Wait()
	return errors.Join(lines.Err(), ctx.Err())
}

// want-rule (i): the semaphore is acquired by the tasks themselves, so that they are as many as there are records, most of them waiting
func (s *Server) CheckRecords(ctx context.Context, r io.Reader) (err error) {
	sem := semaphore.NewWeighted(10)
	g, ctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	dec := json.NewDecoder(r)
	for {
		var rec struct{ URL string }
		if err := dec.Decode(&rec); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		g.Go(func() error {
			if err := sem.Acquire(ctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			_, err := s.check(ctx, rec.URL)
			return err
		})
	}
}

// fine: the loop acquires the semaphore and the task gives it back
func (s *Server) CheckRecordsOK(ctx context.Context, r io.Reader) (err error) {
	sem := semaphore.NewWeighted(10)
	g, ctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	dec := json.NewDecoder(r)
	for {
		var rec struct{ URL string }
		if err := dec.Decode(&rec); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		g.Go(func() error {
			defer sem.Release(1)
			_, err := s.check(ctx, rec.URL)
			return err
		})
	}
}

// want-rule (i): the sequence comes from outside and has a goroutine for each of its batches
func (s *Server) CheckBatches(ctx context.Context, batches iter.Seq2[[]string, error]) error {
	wg := conc.NewWaitGroup()
	defer wg.Wait()
	for batch, err := range batches {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		wg.Go(func() {
			for _, u := range batch {
				if ctx.Err() != nil {
					return
				}
				code, err := s.check(ctx, u)
				s.log.InfoContext(ctx, "checked", "url", u, "code", code, "err", err)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// fine: one batch after the other, with a goroutine for each half
func (s *Server) CheckBatchesOK(ctx context.Context, batches iter.Seq2[[]string, error]) error {
	for batch, err := range batches {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		wg := conc.NewWaitGroup()
		half := len(batch) / 2
		for _, part := range [][]string{batch[:half], batch[half:]} {
			wg.Go(func() {
				for _, u := range part {
					if ctx.Err() != nil {
						return
					}
					code, err := s.check(ctx, u)
					s.log.InfoContext(ctx, "checked", "url", u, "code", code, "err", err)
				}
			})
		}
		wg.Wait()
	}
	return ctx.Err()
}
