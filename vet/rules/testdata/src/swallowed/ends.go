// Sequences that end with their context.

package swallowed

import (
	"context"
	"iter"
	"log"
	"time"
)

type shelf struct {
	page   func(ctx context.Context, after string) (names []string, next string, err error)
	parent context.Context
	closed bool
}

func (s *shelf) names(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for after := ""; ; {
			names, next, err := s.page(ctx, after)
			if err != nil {
				if ctx.Err() != nil {
					return // want `the sequence ends here because ctx has ended, as if it were complete`
				}
				yield("", err)
				return
			}
			for _, n := range names {
				if !yield(n, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			after = next
		}
	}
}

func each(ctx context.Context, every time.Duration, list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, name := range list {
			select {
			case <-ctx.Done():
				log.Println("cut short")
				return // want `the sequence ends here because ctx has ended`
			case <-time.After(every):
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

func eachLeft(ctx context.Context, list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, name := range list {
			if ctx.Err() != nil {
				break // want `the sequence ends here because ctx has ended`
			}
			if !yield(load(name)) {
				return
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

// What follows is fine.

func (s *shelf) namesRight(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for after := ""; ; {
			if ctx.Err() != nil {
				yield("", context.Cause(ctx))
				return
			}
			names, next, err := s.page(ctx, after)
			if err != nil {
				yield("", err)
				return
			}
			for _, n := range names {
				if !yield(n, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			after = next
		}
	}
}

// follow goes on until it is told to stop.
func follow(ctx context.Context, in <-chan string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for {
			select {
			case <-ctx.Done():
				return
			case name, ok := <-in:
				if !ok {
					return
				}
				n, err := load(name)
				if !yield(n, err) {
					return
				}
			}
		}
	}
}

func poll(ctx context.Context, tick <-chan time.Time, load func() (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for range tick {
			if ctx.Err() != nil {
				return
			}
			n, err := load()
			if !yield(n, err) {
				return
			}
		}
	}
}

// eachUntil gives what is loaded of each; the sequence ends early when ctx is cancelled.
func eachUntil(ctx context.Context, list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, name := range list {
			if ctx.Err() != nil {
				return
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

func eachLimited(ctx context.Context, list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		for _, name := range list {
			if ctx.Err() != nil {
				return
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

func (s *shelf) eachOwn(list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, name := range list {
			if s.parent.Err() != nil {
				return
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

func eachTold(ctx context.Context, list []string, load func(string) (int, error)) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, name := range list {
			if ctx.Err() != nil {
				// Whoever has cancelled does not want the rest.
				return
			}
			n, err := load(name)
			if !yield(n, err) {
				return
			}
		}
	}
}

func numbered(ctx context.Context, list []string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, name := range list {
			if ctx.Err() != nil {
				return
			}
			if !yield(i, name) {
				return
			}
		}
	}
}

// Deferred functions that make nil of what the end of a context has led to.

func sendAll(ctx context.Context, list []string, send func(context.Context, string) error) (sent int, err error) {
	defer func() {
		if ctx.Err() != nil {
			err = nil // want `when ctx has ended every error of this function comes out as success, with its work half done`
		}
	}()
	for _, s := range list {
		if err := send(ctx, s); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

func sendUpTo(ctx context.Context, n int, send func(context.Context, int) error) (err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			log.Println("cut short")
			err = nil // want `when ctx has ended every error of this function comes out as success`
		}
	}()
	for i := 0; i < n; i++ {
		if err := send(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// What follows is fine.

func serveFrom(ctx context.Context, accept func(context.Context) error) (err error) {
	defer func() {
		if ctx.Err() != nil {
			err = nil
		}
	}()
	for {
		if err := accept(ctx); err != nil {
			return err
		}
	}
}

func startBoth(ctx context.Context, first, second func(context.Context) error) (err error) {
	defer func() {
		if ctx.Err() != nil {
			err = nil
		}
	}()
	if err := first(ctx); err != nil {
		return err
	}
	return second(ctx)
}

func sendLimited(ctx context.Context, list []string, send func(context.Context, string) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	defer func() {
		if ctx.Err() != nil {
			err = nil
		}
	}()
	for _, s := range list {
		if err := send(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func sendSome(ctx context.Context, list []string, small bool, send func(context.Context, string) error) (err error) {
	defer func() {
		if ctx.Err() != nil && small {
			err = nil
		}
	}()
	for _, s := range list {
		if err := send(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func sendCause(ctx context.Context, list []string, send func(context.Context, string) error) (err error) {
	defer func() {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()
	for _, s := range list {
		if err := send(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

type mailer struct{ list []string }

func (m *mailer) Run(ctx context.Context, send func(context.Context, string) error) (err error) {
	defer func() {
		if ctx.Err() != nil {
			err = nil
		}
	}()
	for _, s := range m.list {
		if err := send(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// All is done where the context is asked for.

func askedLast(ctx context.Context, put func(context.Context) error) error {
	if err := put(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	default:
	}
	return nil
}

func askedLastByErr(ctx context.Context, put func(context.Context) error) error {
	if err := put(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	return nil
}

func askedBetween(ctx context.Context, put func(context.Context) error) error {
	if err := put(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil // want `nil says that all was done`
	default:
	}
	return put(ctx)
}
