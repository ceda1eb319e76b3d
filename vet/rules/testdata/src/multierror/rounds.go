// Errors that rounds of a loop have gathered, and joined errors that are looked up.

package multierror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/pool"
	"go.uber.org/multierr"
)

var (
	errVoid = errors.New("gone")
	errBusy = errors.New("busy")
)

type store interface {
	Drop(ctx context.Context, key string) error
}

func dropAll(ctx context.Context, stores []store, key string) error { // want dropAll:"returns errors.Join"
	var errs []error
	for _, s := range stores {
		if err := s.Drop(ctx, key); err != nil {
			errs = append(errs, fmt.Errorf("drop %s: %w", key, err))
		}
	}
	err := errors.Join(errs...)
	if errors.Is(err, errVoid) { // want `errors.Is is true of the error of errors.Join`
		// It was gone before.
		return nil
	}
	return err
}

func dropEach(ctx context.Context, stores []store, key string) error { // want dropEach:"returns errors.Join"
	errs := make([]error, len(stores))
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() { errs[i] = s.Drop(ctx, key) })
	}
	wg.Wait()
	switch err := errors.Join(errs...); {
	case isGone(err): // want `isGone is true of the error of errors.Join`
		return nil
	default:
		return err
	}
}

func isGone(err error) bool { return errors.Is(err, errVoid) || errors.Is(err, io.ErrClosedPipe) }

// One that speaks of the others.
func dropSome(ctx context.Context, stores []store, key string) error { // want dropSome:"returns errors.Join"
	var errs []error
	for _, s := range stores {
		if err := s.Drop(ctx, key); err != nil {
			errs = append(errs, err)
		}
	}
	err := errors.Join(errs...)
	if errors.Is(err, errVoid) {
		// If any of them has it no more, so will the others.
		return nil
	}
	return err
}

// The first that succeeds is enough: the list has what was tried before.
func dropOnce(ctx context.Context, stores []store, key string) error { // want dropOnce:"returns errors.Join"
	var errs []error
	for _, s := range stores {
		err := s.Drop(ctx, key)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if errors.Is(err, errVoid) {
		return nil
	}
	return err
}

// The list says of what kind it is.
func dropMarked(ctx context.Context, stores []store, key string) error { // want dropMarked:"returns errors.Join"
	errs := []error{}
	for _, s := range stores {
		if err := s.Drop(ctx, key); err != nil {
			errs = append(errs, errBusy, err)
		}
	}
	err := errors.Join(errs...)
	if errors.Is(err, errBusy) {
		return nil
	}
	return err
}

func dropGiven(errs []error) error { // want dropGiven:"returns errors.Join"
	err := errors.Join(errs...)
	if errors.Is(err, errVoid) {
		return nil
	}
	return err
}

// Functions that say yes to a cancellation.

func isEnd(err error) bool {
	if errors.Is(err, context.Canceled) {
		return true
	}
	return err == io.EOF
}

func isFailure(err error) bool { return err != nil && !errors.Is(err, context.Canceled) }

func poolEnds(ctx context.Context, stores []store) error { // want poolEnds:"returns a group"
	p := pool.New().WithErrors()
	for _, s := range stores {
		p.Go(func() error { return s.Drop(ctx, "") })
	}
	err := p.Wait()
	if isEnd(err) { // want `isEnd is true of the error of a group if any one of them is a cancellation`
		return nil
	}
	return err
}

func poolFails(ctx context.Context, stores []store) error { // want poolFails:"returns a group"
	p := pool.New().WithErrors()
	for _, s := range stores {
		p.Go(func() error { return s.Drop(ctx, "") })
	}
	err := p.Wait()
	if isFailure(err) {
		println("failed")
	}
	return err
}

func oneEnds(ctx context.Context, s store) error {
	err := s.Drop(ctx, "")
	if isEnd(err) {
		return nil
	}
	return err
}

func poolLogs(ctx context.Context, stores []store) error { // want poolLogs:"returns a group"
	p := pool.New().WithErrors()
	for _, s := range stores {
		p.Go(func() error { return s.Drop(ctx, "") })
	}
	err := p.Wait()
	if isEnd(err) {
		return fmt.Errorf("cut short: %w", err)
	}
	return err
}

// What tasks have joined.

func firstOfTasks(ctx context.Context, stores []store) error {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		errs error
	)
	for _, s := range stores {
		wg.Go(func() {
			err := s.Drop(ctx, "")
			mu.Lock()
			defer mu.Unlock()
			errs = multierr.Append(errs, err)
		})
	}
	wg.Wait()
	if all := multierr.Errors(errs); len(all) > 0 {
		return all[0] // want `this is one of the errors of multierr`
	}
	return nil
}

func tasksEnd(ctx context.Context, stores []store) error { // want tasksEnd:"returns errors.Join"
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs error
	for _, s := range stores {
		wg.Go(func() {
			err := s.Drop(ctx, "")
			mu.Lock()
			defer mu.Unlock()
			errs = errors.Join(errs, err)
		})
	}
	wg.Wait()
	if errs == errVoid { // want `may be several, and equals none of them`
		return nil
	}
	return errs
}

func tasksSetOne(ctx context.Context, s store) bool {
	var wg sync.WaitGroup
	var first, last error
	wg.Go(func() { last = s.Drop(ctx, "") })
	wg.Wait()
	first = s.Drop(ctx, "a")
	defer func() { first = errors.Join(first, last) }()
	return first == errVoid || last == errVoid
}

func setAnew(ctx context.Context, s store) bool {
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { err = errors.Join(s.Drop(ctx, "a"), s.Drop(ctx, "b")) })
	wg.Wait()
	err = s.Drop(ctx, "c")
	return err == errVoid
}

// What is looked up.

var codes = map[error]int{errVoid: 1, errBusy: 2}

var passing = []error{errVoid, errBusy}

func codeOf(a, b func() error) int {
	err := errors.Join(a(), b())
	if slices.Contains(passing, err) { // want `may be several, and equals none of them`
		return 0
	}
	if code, ok := codes[err]; ok { // want `may be several, and equals none of them`
		return code
	}
	return 3
}

func codeOfOne(a func() error) int {
	err := a()
	if slices.Contains(passing, err) {
		return 0
	}
	return codes[err]
}

// A set of those that were seen.
func seenBefore(a, b func() error) bool {
	seen := map[error]bool{errVoid: true}
	err := errors.Join(a(), b())
	seen[err] = true
	return seen[err]
}

func among(all []error, a, b func() error) bool {
	return slices.Contains(all, errors.Join(a(), b()))
}
