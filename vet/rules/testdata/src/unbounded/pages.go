package unbounded

import (
	"bufio"
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

type listing struct {
	Keys []string
	Next string
}

type options struct{ After string }

type store interface {
	List(ctx context.Context, after string) (listing, error)
	ListWith(ctx context.Context, o *options) ([]string, *listing, error)
	Pull(ctx context.Context) (string, error)
	Find(ctx context.Context) (listing, error)
}

// For each element of each page.

func emptied(ctx context.Context, s store) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(-1)
	for after := ""; ; {
		page, err := s.List(ctx, after)
		if err != nil {
			break
		}
		for _, key := range page.Keys {
			g.Go(func() error { return byID(ctx, key) }) // want `a goroutine for each element of each page`
		}
		if after = page.Next; after == "" {
			break
		}
	}
	return g.Wait()
}

func emptiedBy(ctx context.Context, s store) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	o := &options{}
	for {
		keys, page, err := s.ListWith(ctx, o)
		if err != nil {
			return err
		}
		for _, key := range keys {
			wg.Go(func() { _ = byID(ctx, key) }) // want `a goroutine for each element of each page`
		}
		if page.Next == "" {
			return nil
		}
		o.After = page.Next
	}
}

func emptiedWithLimit(ctx context.Context, s store) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(-1)
	g.SetLimit(32)
	for after := ""; ; {
		page, err := s.List(ctx, after)
		if err != nil {
			break
		}
		for _, key := range page.Keys {
			g.Go(func() error { return byID(ctx, key) })
		}
		if after = page.Next; after == "" {
			break
		}
	}
	return g.Wait()
}

// A page is as long as the listing has it.
func pageByPage(ctx context.Context, s store) error {
	for after := ""; ; {
		page, err := s.List(ctx, after)
		if err != nil {
			return err
		}
		var wg sync.WaitGroup
		for _, key := range page.Keys {
			wg.Go(func() { _ = byID(ctx, key) })
		}
		wg.Wait()
		if after = page.Next; after == "" {
			return nil
		}
	}
}

func pageByPageHeard(ctx context.Context, s store) error {
	done := make(chan error)
	for after := ""; ; {
		page, err := s.List(ctx, after)
		if err != nil {
			return err
		}
		for _, key := range page.Keys {
			go func() { done <- byID(ctx, key) }()
		}
		for range page.Keys {
			if err := <-done; err != nil {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// One page a tick, and nothing says where the next begins.
func again(ctx context.Context, s store, tick <-chan time.Time) error {
	for range tick {
		page, err := s.Find(ctx)
		if err != nil {
			return err
		}
		for _, key := range page.Keys {
			go byID(ctx, key)
		}
	}
	return nil
}

func tries(ctx context.Context, s store) error {
	var last string
	for range 3 {
		page, err := s.Find(ctx)
		if err != nil {
			continue
		}
		for _, key := range page.Keys {
			go byID(ctx, key)
		}
		last = page.Next
	}
	return byID(ctx, last)
}

// A slot that the goroutine takes itself.

func pulls(ctx context.Context, s store, slots chan struct{}) error {
	for {
		key, err := s.Pull(ctx)
		if err != nil {
			return err
		}
		go func() { // want `a goroutine for each value that is read takes its slot itself`
			slots <- struct{}{}
			defer func() { <-slots }()
			_ = byID(ctx, key)
		}()
	}
}

func pullsOrEnds(ctx context.Context, s store, sem *semaphore.Weighted) error {
	g, ctx := errgroup.WithContext(ctx)
	for {
		key, err := s.Pull(ctx)
		if err != nil {
			return g.Wait()
		}
		g.Go(func() error { // want `takes its slot itself`
			if err := sem.Acquire(ctx, 1); err != nil {
				return err
			}
			defer sem.Release(1)
			return byID(ctx, key)
		})
	}
}

func linesSlot(r *bufio.Scanner, slots chan struct{}) {
	for r.Scan() {
		line := r.Text()
		go func() { // want `a goroutine for each line takes its slot itself`
			select {
			case slots <- struct{}{}:
			}
			defer func() { <-slots }()
			_ = work(line)
		}()
	}
}

func pullsWithSlot(ctx context.Context, s store, slots chan struct{}) error {
	for {
		slots <- struct{}{}
		key, err := s.Pull(ctx)
		if err != nil {
			return err
		}
		go func() {
			defer func() { <-slots }()
			_ = byID(ctx, key)
		}()
	}
}

// What is sent is no slot, but an answer.
func answers(ctx context.Context, s store, started chan struct{}) error {
	for {
		key, err := s.Pull(ctx)
		if err != nil {
			return err
		}
		go func() {
			started <- struct{}{}
			_ = byID(ctx, key)
		}()
	}
}

// One a second, at most.
func slowly(ctx context.Context, s store, slots chan struct{}) error {
	for {
		key, err := s.Pull(ctx)
		if err != nil {
			return err
		}
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			_ = byID(ctx, key)
		}()
		time.Sleep(time.Second)
	}
}

func all(ctx context.Context, keys []string, slots chan struct{}) {
	for _, key := range keys {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			_ = byID(ctx, key)
		}()
	}
}

// What a channel gives is parsed: it comes from the program itself.
func parses(in <-chan string, parse func(string) (string, error), slots chan struct{}) error {
	for {
		key, err := parse(<-in)
		if err != nil {
			return err
		}
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			_ = work(key)
		}()
	}
}
