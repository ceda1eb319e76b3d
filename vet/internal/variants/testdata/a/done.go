package a

import (
	"context"
	"log"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (a): cut short, and nil
func (s *store) drain(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case it := <-s.in:
			if err := s.save(ctx, it); err != nil {
				return err
			}
		}
	}
}

// fine: the cause is returned
func (s *store) drainOK(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case it := <-s.in:
			if err := s.save(ctx, it); err != nil {
				return err
			}
		}
	}
}

// want-rule (a): the loop is left by its label, and nil is what follows
func copyTo(ctx context.Context, in <-chan item, out chan<- item) error {
loop:
	for {
		select {
		case it, ok := <-in:
			if !ok {
				break loop
			}
			select {
			case out <- it:
			case <-ctx.Done():
				break loop
			}
		case <-ctx.Done():
			break loop
		}
	}
	close(out)
	return nil
}

// fine: what follows the loop asks the context
func copyToOK(ctx context.Context, in <-chan item, out chan<- item) error {
loop:
	for {
		select {
		case it, ok := <-in:
			if !ok {
				break loop
			}
			select {
			case out <- it:
			case <-ctx.Done():
				break loop
			}
		case <-ctx.Done():
			break loop
		}
	}
	close(out)
	return ctx.Err()
}

// want-rule (a): ctx.Err() is looked at and thrown away
func (s *store) saveEach(ctx context.Context, items []item) error {
	for _, it := range items {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.save(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// fine: ctx.Err() is returned
func (s *store) saveEachOK(ctx context.Context, items []item) error {
	for _, it := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.save(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// want-rule (a): the count of a part is given as the whole
func count(ctx context.Context, in <-chan item) (n int, err error) {
	done := ctx.Done()
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return n, nil
			}
			n++
		case <-done:
			return n, nil
		}
	}
}

// fine: the count of a part comes with the error
func countOK(ctx context.Context, in <-chan item) (n int, err error) {
	done := ctx.Done()
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return n, nil
			}
			n++
		case <-done:
			return n, ctx.Err()
		}
	}
}

// want-rule (a): a task logs that it stops and reports success
func produce(ctx context.Context, out chan<- int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for i := range 100 {
				select {
				case out <- i:
				case <-ctx.Done():
					log.Print("producer: stopping")
					return nil
				}
			}
			return nil
		})
		return nil
	})
}

// fine: a task returns why it stopped
func produceOK(ctx context.Context, out chan<- int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for i := range 100 {
				select {
				case out <- i:
				case <-ctx.Done():
					log.Print("producer: stopping")
					return ctx.Err()
				}
			}
			return nil
		})
		return nil
	})
}

// want-rule (a): a wait that was cut short reports that the time is over
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// fine: a wait that was cut short says so
func pauseOK(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
