package b

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"
)

// want-rule (b): a file that is missing or too large ends the function while hashes of earlier files are under way
func Checksums(paths []string, limit int64) ([][32]byte, error) {
	var g errgroup.Group
	g.SetLimit(4)
	sums := make([][32]byte, len(paths))
	for i, path := range paths {
		if st, err := os.Stat(path); err != nil {
			return nil, err
		} else if st.Size() > limit {
			return nil, fmt.Errorf("checksum of %s: too large", path)
		}
		g.Go(func() error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sums[i] = sha256.Sum256(data)
			return nil
		})
	}
	return sums, g.Wait()
}

// fine: the early returns wait for the group too
func ChecksumsOK(paths []string, limit int64) ([][32]byte, error) {
	var g errgroup.Group
	g.SetLimit(4)
	sums := make([][32]byte, len(paths))
	for i, path := range paths {
		if st, err := os.Stat(path); err != nil {
			return nil, errors.Join(err, g.Wait())
		} else if st.Size() > limit {
			return nil, errors.Join(fmt.Errorf("checksum of %s: too large", path), g.Wait())
		}
		g.Go(func() error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sums[i] = sha256.Sum256(data)
			return nil
		})
	}
	return sums, g.Wait()
}

// part of Run: does tasks until there are no more
func (p *Pipeline) drain(ctx context.Context, wg *sync.WaitGroup, tasks <-chan Task) {
	wg.Add(1)
	defer wg.Done()
	for t := range tasks {
		if err := p.do(ctx, t); err != nil {
			p.fail(fmt.Errorf("task %d: %w", t.ID, err))
		}
	}
}

// want-rule (b): the method that runs as the goroutine calls wg.Add itself, and Wait may come before it
func (p *Pipeline) Run(ctx context.Context, tasks []Task) error {
	queue := make(chan Task, len(tasks))
	for _, t := range tasks {
		queue <- t
	}
	close(queue)
	var wg sync.WaitGroup
	work := p.drain
	for range 4 {
		go work(ctx, &wg, queue)
	}
	wg.Wait()
	return errors.Join(p.failed...)
}

// part of RunOK: does tasks until there are no more; the caller has counted it
func (p *Pipeline) drainOK(ctx context.Context, wg *sync.WaitGroup, tasks <-chan Task) {
	defer wg.Done()
	for t := range tasks {
		if err := p.do(ctx, t); err != nil {
			p.fail(fmt.Errorf("task %d: %w", t.ID, err))
		}
	}
}

// fine: all four are counted before the first is started
func (p *Pipeline) RunOK(ctx context.Context, tasks []Task) error {
	queue := make(chan Task, len(tasks))
	for _, t := range tasks {
		queue <- t
	}
	close(queue)
	var wg sync.WaitGroup
	wg.Add(4)
	work := p.drainOK
	for range 4 {
		go work(ctx, &wg, queue)
	}
	wg.Wait()
	return errors.Join(p.failed...)
}

// want-rule (b): each inserter returns at its first error, and when all have, the next line is sent to nobody
func (in *Ingester) Load(r io.Reader) error {
	var wg sync.WaitGroup
	lines := make(chan string)
	errs := make([]error, inserters)
	for i := range inserters {
		wg.Go(func() {
			for line := range lines {
				if errs[i] = in.insert(line); errs[i] != nil {
					return
				}
			}
		})
	}
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		lines <- sc.Text()
	}
	close(lines)
	wg.Wait()
	return errors.Join(append(errs, sc.Err())...)
}

// fine: an inserter that has failed goes on to receive, so each line finds a receiver
func (in *Ingester) LoadOK(r io.Reader) error {
	var wg sync.WaitGroup
	lines := make(chan string)
	errs := make([]error, inserters)
	for i := range inserters {
		wg.Go(func() {
			for line := range lines {
				if errs[i] == nil {
					errs[i] = in.insert(line)
				}
			}
		})
	}
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		lines <- sc.Text()
	}
	close(lines)
	wg.Wait()
	return errors.Join(append(errs, sc.Err())...)
}

// want-rule (b): if the caller breaks out of its loop the goroutine that reads ahead stays in its send, and nobody waits for it
func (b *Bucket) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		pages := make(chan page)
		go func() {
			defer close(pages)
			for token := ""; ; {
				p := b.fetch(ctx, token)
				select {
				case pages <- p:
				case <-ctx.Done():
					return
				}
				if token = p.next; p.err != nil || token == "" {
					return
				}
			}
		}()
		for p := range pages {
			for _, obj := range p.objs {
				if !yield(obj, nil) {
					return
				}
			}
			if p.err != nil {
				yield(Object{}, p.err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Object{}, err)
		}
	}
}

// fine: however the loop ends, the goroutine that reads ahead is cancelled and waited for
func (b *Bucket) ObjectsOK(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		var wg sync.WaitGroup
		defer wg.Wait()
		ahead, cancel := context.WithCancel(ctx)
		defer cancel()
		pages := make(chan page)
		wg.Go(func() {
			defer close(pages)
			for token := ""; ; {
				p := b.fetch(ahead, token)
				select {
				case pages <- p:
				case <-ahead.Done():
					return
				}
				if token = p.next; p.err != nil || token == "" {
					return
				}
			}
		})
		for p := range pages {
			for _, obj := range p.objs {
				if !yield(obj, nil) {
					return
				}
			}
			if p.err != nil {
				yield(Object{}, p.err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Object{}, err)
		}
	}
}
