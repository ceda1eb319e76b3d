package stranded

import (
	"context"
	"iter"
)

// Iterators that a goroutine reads ahead for.

type shelf struct {
	load func(context.Context, int) []string
}

func (s *shelf) pages(ctx context.Context) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		next := make(chan []string, 2)
		go s.readAhead(ctx, next)
		for page := range next {
			if !yield(page) {
				return
			}
		}
	}
}

func (s *shelf) readAhead(ctx context.Context, to chan<- []string) {
	defer close(to)
	for i := 0; ; i++ {
		select {
		case to <- s.load(ctx, i): // want `who iterates may leave at line 20, and nothing cancels ctx then`
		case <-ctx.Done():
			return
		}
	}
}

func books(ctx context.Context, s *shelf) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		next := make(chan []string)
		go func() {
			defer close(next)
			for i := range 10 {
				select {
				case <-ctx.Done():
					return
				case next <- s.load(ctx, i): // want `who iterates may leave`
				}
			}
		}()
	all:
		for page := range next {
			for _, book := range page {
				if ok := yield(book, nil); !ok {
					break all
				}
			}
		}
	}
}

func bare(s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		next := make(chan []string)
		go func() {
			for i := range 10 {
				next <- s.load(context.TODO(), i) // want `the receiver may leave at line 72 while more is sent`
			}
			close(next)
		}()
		for page := range next {
			if !yield(page) {
				return
			}
		}
	}
}

// Left alone.

func readUntilLeft(ctx context.Context, s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		next := make(chan []string)
		go s.readOn(ctx, next)
		for page := range next {
			if !yield(page) {
				return
			}
		}
	}
}

func (s *shelf) readOn(ctx context.Context, to chan<- []string) {
	defer close(to)
	for i := 0; ; i++ {
		select {
		case to <- s.load(ctx, i):
		case <-ctx.Done():
			return
		}
	}
}

func drained(ctx context.Context, s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		next := make(chan []string)
		go s.readOn(ctx, next)
		for page := range next {
			if !yield(page) {
				break
			}
		}
		for range next {
		}
	}
}

func told(ctx context.Context, s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		next, quit := make(chan []string), make(chan struct{})
		defer close(quit)
		go func() {
			defer close(next)
			for i := 0; ; i++ {
				select {
				case next <- s.load(ctx, i):
				case <-quit:
					return
				case <-ctx.Done():
					return
				}
			}
		}()
		for page := range next {
			if !yield(page) {
				return
			}
		}
	}
}

// Room for all.
func few(ctx context.Context, s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		next := make(chan []string, 3)
		go func() {
			defer close(next)
			for i := range 3 {
				select {
				case next <- s.load(ctx, i):
				case <-ctx.Done():
					return
				}
			}
		}()
		for page := range next {
			if !yield(page) {
				return
			}
		}
	}
}

// One answer, after which nothing is sent.
func pageByPage(ctx context.Context, s *shelf) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for i := range 10 {
			next := make(chan []string)
			go func() {
				select {
				case next <- s.load(ctx, i):
				case <-ctx.Done():
				}
			}()
			select {
			case page := <-next:
				if !yield(page) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
