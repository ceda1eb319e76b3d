// Errors of which only their absence is asked, and what they end.

package swallowed

import (
	"context"
	"errors"
	"iter"
	"log"
)

type table struct {
	names []string
	sizes map[string]int
}

func (t *table) reload(ctx context.Context, list func(context.Context) ([]string, error)) error {
	names, err := list(ctx)
	if err == nil {
		t.names = names
	}
	return nil // want `the error of list, a cancellation of ctx among them, comes out as success`
}

func (t *table) reloadSome(ctx context.Context, list func(context.Context) ([]string, error)) error {
	if names, err := list(ctx); err == nil && len(names) > 0 {
		t.names = names
	}
	log.Print("reloaded")
	return nil // want `the error of list, a cancellation of ctx among them, comes out as success`
}

func (t *table) find(ctx context.Context, get func(context.Context) (*table, error)) (*table, error) {
	if found, err := get(ctx); err == nil {
		return found, nil
	}
	return nil, nil // want `the error of get, a cancellation of ctx among them, comes out as success`
}

func (t *table) reloadRight(ctx context.Context, list func(context.Context) ([]string, error)) error {
	names, err := list(ctx)
	if err == nil {
		t.names = names
	}
	return err
}

func (t *table) reloadMeant(ctx context.Context, list func(context.Context) ([]string, error)) error {
	if names, err := list(ctx); err == nil {
		t.names = names
	}
	// The old names will do until the next time.
	return nil
}

func (t *table) reloadTold(ctx context.Context, list func(context.Context) ([]string, error)) error {
	names, err := list(ctx)
	if err == nil {
		t.names = names
	}
	log.Print("reloaded: ", err)
	return nil
}

func (t *table) reloadOr(ctx context.Context, list func(context.Context) ([]string, error), other func() error) error {
	names, err := list(ctx)
	if err == nil {
		t.names = names
		return nil
	}
	return other()
}

func (t *table) reloadElse(ctx context.Context, list func(context.Context) ([]string, error), failed *int) error {
	names, err := list(ctx)
	if err == nil {
		t.names = names
	} else {
		*failed++
	}
	return nil
}

func (t *table) onlyLogs(ctx context.Context, put func(context.Context) error) error {
	if err := put(ctx); err == nil {
		log.Print("put")
	}
	return nil
}

func (t *table) without(list func() ([]string, error)) error {
	if names, err := list(); err == nil {
		t.names = names
	}
	return nil
}

func (t *table) has(ctx context.Context, list func(context.Context) ([]string, error)) (bool, error) {
	if names, err := list(ctx); err == nil {
		return len(names) > 0, nil
	}
	return false, nil
}

// A bare return gives an error that has been asked for where it was set.

func bareAfter(ctx context.Context, in <-chan int, put func(int) error) (err error) {
	for {
		select {
		case <-ctx.Done():
			return // want `ctx has ended, and nil says that all was done`
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err = put(n); err != nil {
				return err
			}
		}
	}
}

func bareAfterNext(ctx context.Context, all []int, put func(int) error) (err error) {
	for _, n := range all {
		if ctx.Err() != nil {
			return // want `ctx has ended, and nil says that all was done`
		}
		err = put(n)
		if err != nil {
			return
		}
	}
	return
}

func bareKept(ctx context.Context, all []int, put func(int) error) (err error) {
	for _, n := range all {
		if ctx.Err() != nil {
			return
		}
		if err = put(n); err != nil {
			log.Print(err)
		}
	}
	return
}

func bareFailed(ctx context.Context, all []int, put func(int) error) (err error) {
	for _, n := range all {
		if err = put(n); err != nil {
			if ctx.Err() != nil {
				return
			}
			return errors.New("put")
		}
	}
	return nil
}

// A page that has no next one is the last.

func allPages(ctx context.Context, page func(string) (string, error)) error {
	token := ""
	for ctx.Err() == nil {
		next, err := page(token)
		if err != nil {
			return err
		}
		if next == "" {
			break
		}
		token = next
	}
	return nil // want `the loop is left when ctx has ended`
}

func allPagesOne(ctx context.Context, page func(string) (string, error)) (err error) {
	var token string
	for ctx.Err() == nil {
		if token, err = page(token); err != nil {
			return err
		}
		if token == "" {
			break
		}
	}
	return nil // want `the loop is left when ctx has ended`
}

func allMessages(ctx context.Context, pop func() (string, error), put func(string) error) error {
	for ctx.Err() == nil {
		m, err := pop()
		if err != nil {
			return err
		}
		if m == "" {
			break
		}
		if err := put(m); err != nil {
			return err
		}
	}
	return nil
}

func allPagesRight(ctx context.Context, page func(string) (string, error)) error {
	token := ""
	for ctx.Err() == nil {
		next, err := page(token)
		if err != nil {
			return err
		}
		if next == "" {
			break
		}
		token = next
	}
	return ctx.Err()
}

// The sequence's error ends the inner of two loops.

func (t *table) count(ctx context.Context, names []string, rows func(context.Context, string) iter.Seq2[int, error]) (map[string]int, error) {
	for _, name := range names {
		sum := 0
		for n, err := range rows(ctx, name) {
			if err != nil {
				break
			}
			sum += n
		}
		t.sizes[name] = sum
	}
	return t.sizes, nil // want `the error of rows, a cancellation of ctx among them, comes out as success`
}

func (t *table) countKept(ctx context.Context, names []string, rows func(context.Context, string) iter.Seq2[int, error]) (_ map[string]int, err error) {
	for _, name := range names {
		sum, n := 0, 0
		for n, err = range rows(ctx, name) {
			if err != nil {
				break
			}
			sum += n
		}
		if err != nil {
			return nil, err
		}
		t.sizes[name] = sum
	}
	return t.sizes, nil
}

func (t *table) countUntil(ctx context.Context, names []string, rows func(context.Context, string) iter.Seq2[int, error]) (map[string]int, error) {
	for _, name := range names {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for n, err := range rows(ctx, name) {
			if err != nil {
				break
			}
			t.sizes[name] += n
		}
	}
	return t.sizes, nil
}

// A loop without end that goes on by a switch.

func pollsOn(ctx context.Context, poll func(context.Context) error) {
	for {
		switch err := poll(ctx); {
		case err != nil: // want `this loop never ends`
			log.Print(err)
		default:
			log.Print("polled")
		}
	}
}

func pollsUntil(ctx context.Context, poll func(context.Context) error) {
	for {
		switch err := poll(ctx); {
		case err == nil:
			log.Print("polled")
		case errors.Is(err, errOver):
			return
		default:
			log.Print(err)
		}
	}
}

func pollsOnce(ctx context.Context, poll func(context.Context) error) {
	for {
		switch err := poll(ctx); {
		case err == nil:
			return
		default:
			log.Print(err)
		}
	}
}

var errOver = errors.New("over")
