package swallowed

import (
	"context"
	"errors"
	"log"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func do(context.Context, int) error         { return nil }
func get(context.Context, int) (int, error) { return 0, nil }
func read(context.Context) (string, error)  { return "", nil }
func use(string)                            {}

func ignored(ctx context.Context) error {
	err := do(ctx, 1)
	if err != nil {
		return nil // want `the error of do, a cancellation of ctx among them, comes out as success`
	}
	return do(ctx, 2)
}

func ignoredInit(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		return nil // want `comes out as success`
	}
	return nil
}

func ignoredValue(ctx context.Context) (*int, error) {
	v, err := get(ctx, 1)
	if err != nil {
		return nil, nil // want `the error of get`
	}
	return &v, nil
}

func ignoredInTask(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := do(ctx, 1); err != nil {
			return nil // want `comes out as success`
		}
		return nil
	})
	return g.Wait()
}

func ignoredInBraid(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		if _, err := get(ctx, 1); err != nil {
			return nil // want `comes out as success`
		}
		return nil
	})
}

func ignoredJoin(ctx context.Context, g *errgroup.Group) error {
	if err := g.Wait(); err != nil {
		return nil // want `the error of Wait`
	}
	return nil
}

func doneOnce(ctx context.Context, in <-chan string) error {
	select {
	case <-ctx.Done():
		return nil // want `nil says that all was done`
	case s := <-in:
		use(s)
	}
	return nil
}

func doneInLoop(ctx context.Context, in <-chan string) error {
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return nil
			}
			use(s)
		case <-ctx.Done():
			log.Println("stopping")
			return nil // want `nil says that all was done`
		}
	}
}

func doneBeforeItems(ctx context.Context, items []int) error {
	for _, i := range items {
		select {
		case <-ctx.Done():
			return nil // want `nil says that all was done`
		default:
		}
		if err := do(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func doneInTask(ctx context.Context, items []int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for _, i := range items {
			if ctx.Err() != nil {
				return nil // want `nil says that all was done`
			}
			if err := do(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

func checked(ctx context.Context, items []int) (string, error) {
	for range items {
		if err := ctx.Err(); err != nil {
			return "", nil // want `nil says that all was done`
		}
	}
	return "all", nil
}

func broken(ctx context.Context, items []int) error {
	for _, i := range items {
		if ctx.Err() != nil {
			break // want `nil is returned behind it`
		}
		if err := do(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func brokenWithSum(ctx context.Context, items []int) (int, error) {
	sum := 0
loop:
	for _, i := range items {
		select {
		case <-ctx.Done():
			break loop // want `nil is returned behind it`
		default:
			sum += i
		}
	}
	return sum, nil
}

func hot(ctx context.Context) {
	for {
		s, err := read(ctx)
		if err != nil { // want `when the context of read has ended it fails at once, and this loop never ends`
			log.Println(err)
			continue
		}
		use(s)
	}
}

func hotWithPause(ctx context.Context) error {
	for {
		err := do(ctx, 1)
		if err != nil { // want `this loop never ends`
			log.Println(err)
			time.Sleep(time.Second)
			continue
		}
		use("")
	}
}

// What follows is fine.

func returned(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		return err
	}
	return nil
}

func noContext() error {
	if err := errors.New("x"); err != nil {
		return nil
	}
	return nil
}

func said(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		// Best effort: the next round does it.
		return nil
	}
	return nil
}

func kept(ctx context.Context, errs chan<- error) error {
	if err := do(ctx, 1); err != nil {
		errs <- err
		return nil
	}
	return nil
}

func fallback(ctx context.Context) (int, error) {
	v, err := get(ctx, 1)
	if err != nil {
		return 42, nil
	}
	return v, nil
}

func found(ctx context.Context) (bool, error) {
	if _, err := get(ctx, 1); err != nil {
		return false, nil
	}
	return true, nil
}

func partial(ctx context.Context, in <-chan string) (all []string, err error) {
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return all, nil
			}
			all = append(all, s)
		case <-ctx.Done():
			return all, nil
		}
	}
}

func ownTimeout(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := do(ctx, 1); err != nil {
		return nil
	}
	return nil
}

func service(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case <-tick:
			if err := do(ctx, 1); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func endless(ctx context.Context, in <-chan string) error {
	for {
		if ctx.Err() != nil {
			break
		}
		use(<-in)
	}
	return nil
}

func causes(ctx context.Context, in <-chan string) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case s := <-in:
		use(s)
	}
	return nil
}

func looks(ctx context.Context) {
	for {
		s, err := read(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			continue
		}
		use(s)
	}
}

func looksAbove(ctx context.Context) {
	for {
		if ctx.Err() != nil {
			return
		}
		if err := do(ctx, 1); err != nil {
			log.Println(err)
			continue
		}
	}
}

func otherCallEnds(ctx context.Context) error {
	for {
		if err := do(ctx, 1); err != nil {
			log.Println(err)
		}
		if err := braid.Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

func bounded(ctx context.Context) {
	for i := 0; i < 3; i++ {
		if err := do(ctx, 1); err != nil {
			log.Println(err)
			continue
		}
		return
	}
}

func noError(ctx context.Context, in <-chan string) {
	select {
	case <-ctx.Done():
		return
	case s := <-in:
		use(s)
	}
}

func checkedBehind(ctx context.Context, items []int) error {
	for _, i := range items {
		if ctx.Err() != nil {
			break
		}
		use(string(rune(i)))
	}
	return ctx.Err()
}

func loggedOnly(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		log.Println(err)
		return nil
	}
	return nil
}

func handler(w http.ResponseWriter, r *http.Request) error {
	select {
	case <-r.Context().Done():
		return nil
	default:
	}
	return nil
}

func told(ctx context.Context) error {
	if err := do(ctx, 1); err != nil {
		return nil //braid:ignore swallowed the cache may be cold
	}
	return nil
}

func ownCancel() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(time.Second):
		return errors.New("late")
	}
}

func serves(ctx context.Context, errs <-chan error) error {
	select {
	case err := <-errs:
		return err
	case <-ctx.Done():
		return nil
	}
}
