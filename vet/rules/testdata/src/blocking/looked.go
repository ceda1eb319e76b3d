package blocking

import (
	"context"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// The context is looked at, but not while it is waited.

type room struct {
	mu    sync.Mutex
	cond  *sync.Cond
	full  bool
	ears  map[string]chan string
	names chan string // nobody closes it
	lines chan string
}

func (r *room) listeners() []chan string { return nil }

func (r *room) say(ctx context.Context, line string) error {
	for _, ear := range r.listeners() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		ear <- line // want `this send on ear ignores ctx`
	}
	return nil
}

func (r *room) sayAll(ctx context.Context, lines []string, out chan<- string) error {
	for _, line := range lines {
		if err := ctx.Err(); err != nil {
			return err
		}
		out <- line // want `this send on out ignores ctx`
	}
	return nil
}

func (r *room) whisper(ctx context.Context, line string) {
	for _, ear := range r.listeners() {
		if ctx.Err() != nil {
			break
		}
		select {
		case ear <- line:
		default:
		}
	}
}

func (r *room) collect(ctx context.Context, lines []string) []string {
	all := make(chan string, len(lines))
	for _, line := range lines {
		if ctx.Err() != nil {
			break
		}
		all <- line
	}
	close(all)
	var out []string
	for line := range all {
		out = append(out, line)
	}
	return out
}

func (r *room) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.full {
		r.cond.Wait() // want `Cond.Wait ignores ctx`
	}
	return nil
}

// Whoever cancels wakes: else it would not ask each time.
func (r *room) enterSoon(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.full && ctx.Err() == nil {
		r.cond.Wait()
	}
	return ctx.Err()
}

func (r *room) greet(ctx context.Context) error {
	for name := range r.names { // want `looks at ctx only when something comes`
		if ctx.Err() != nil {
			return ctx.Err()
		}
		println(name)
	}
	return nil
}

func (r *room) print(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for line := range r.lines {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			println(line)
		}
		return nil
	})
	return g.Wait()
}

func (r *room) stop() { close(r.lines) }

func flocked(ctx context.Context, fd int) error {
	if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil { // want `try with LOCK_NB`
		return err
	}
	return syscall.Flock(fd, syscall.LOCK_UN)
}

func flockedIfFree(ctx context.Context, fd int) error {
	return syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
}

func flockedAnyhow(fd int) error { return syscall.Flock(fd, syscall.LOCK_SH) }

func flockedBeside(ctx context.Context, fd int) error {
	locked := make(chan error, 1)
	go func() { locked <- syscall.Flock(fd, syscall.LOCK_EX) }()
	select {
	case err := <-locked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

type question struct{ answer chan string }

func replies(ctx context.Context, all []question) error {
	for _, q := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		answer := q.answer
		answer <- "yes"
	}
	return nil
}
