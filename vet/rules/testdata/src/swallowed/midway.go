// Work that is left in the middle, with nil.

package swallowed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"path/filepath"
	"slices"
	"time"
)

// A bare return gives the named result, which nobody has set.

func bareOnEnd(ctx context.Context, send func() error, n int) (err error) {
	for i := range n {
		if i > 0 {
			t := time.NewTimer(time.Second)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return // want `ctx has ended, and nil says that all was done`
			}
		}
		if sent := send(); sent == nil {
			return nil
		}
	}
	return errors.New("too often")
}

func bareSent(ctx context.Context, send func() error, n int) (err error) {
	for range n {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
		if err = send(); err == nil {
			return nil
		}
	}
	return errors.New("too often")
}

func bareDeferred(ctx context.Context, in <-chan int) (err error) {
	defer func() {
		if err == nil {
			err = context.Cause(ctx)
		}
	}()
	select {
	case <-in:
		return nil
	case <-ctx.Done():
		return
	}
}

func bareCount(ctx context.Context, in <-chan int) (n int, err error) {
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return n, nil
			}
			n++
		case <-ctx.Done():
			return
		}
	}
}

func bareCause(ctx context.Context, in <-chan int) (err error) {
	select {
	case <-in:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
		return
	}
}

func bareInLiteral(ctx context.Context, in <-chan int, each func(func() error)) (err error) {
	each(func() error {
		err = errors.New("each")
		return err
	})
	select {
	case <-in:
		return nil
	case <-ctx.Done():
		return
	}
}

// The condition of a loop asks for the context, and for what is left to do.

func pages(ctx context.Context, fetch func(string) (string, error)) error {
	cursor := "start"
	for cursor != "" && ctx.Err() == nil {
		next, err := fetch(cursor)
		if err != nil {
			return err
		}
		cursor = next
	}
	return nil // want `the loop is left when ctx has ended`
}

func counted(ctx context.Context, all []int, put func(int) error) error {
	for i := 0; ctx.Err() == nil && i < len(all); i++ {
		if err := put(all[i]); err != nil {
			return err
		}
	}
	return nil // want `the loop is left when ctx has ended`
}

func pagesAsked(ctx context.Context, fetch func(string) (string, error)) error {
	cursor := "start"
	for cursor != "" && ctx.Err() == nil {
		next, err := fetch(cursor)
		if err != nil {
			return err
		}
		cursor = next
	}
	if cursor != "" {
		return context.Cause(ctx)
	}
	return nil
}

func pagesEnd(ctx context.Context, fetch func(string) (string, error)) error {
	cursor := "start"
	for cursor != "" && ctx.Err() == nil {
		next, err := fetch(cursor)
		if err != nil {
			return err
		}
		cursor = next
	}
	return ctx.Err()
}

type pump struct {
	closed bool
	state  int
	queue  []int
}

func (p *pump) untilClosed(ctx context.Context, next func() error) error {
	for !p.closed && ctx.Err() == nil {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pump) untilState(ctx context.Context, next func() error) error {
	for p.state != 3 && ctx.Err() == nil {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pump) untilEmpty(ctx context.Context, put func(int) error) error {
	for len(p.queue) > 0 && ctx.Err() == nil {
		if err := put(p.queue[0]); err != nil {
			return err
		}
		p.queue = p.queue[1:]
	}
	return nil
}

func untilLate(ctx context.Context, late time.Time, next func() error) error {
	for time.Now().Before(late) && ctx.Err() == nil {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

func whileScanned(ctx context.Context, scan func() bool, next func() error) error {
	for scan() && ctx.Err() == nil {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

func someOf(ctx context.Context, n int, next func() (int, error)) ([]int, error) {
	var got []int
	for len(got) < n && ctx.Err() == nil {
		v, err := next()
		if err != nil {
			return nil, err
		}
		got = append(got, v)
	}
	return got, nil
}

// A cancellation in the middle of the loop is taken for its end.

func isShutdown(err error) bool { return errors.Is(err, context.Canceled) || errors.Is(err, errIdle) }

func isIdle(err error) bool { return errors.Is(err, errIdle) }

func flush(ctx context.Context, all []int, write func(context.Context, []int) error) error {
	for chunk := range slices.Chunk(all, 10) {
		if err := write(ctx, chunk); isShutdown(err) {
			log.Println("flush stopped", err)
			return nil // want `what is left of the loop is not done when ctx has ended`
		} else if err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	return nil
}

func flushEach(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); err != nil {
			if errors.Is(err, context.Canceled) {
				return nil // want `what is left of the loop is not done when ctx has ended`
			}
			return err
		}
	}
	return nil
}

func flushTold(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); isShutdown(err) {
			log.Println("flush stopped", err)
			return err
		} else if err != nil {
			return err
		}
	}
	return nil
}

func flushIdle(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); isIdle(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func flushServing(ctx context.Context, next func(context.Context) (int, error), write func(context.Context, int) error) error {
	for {
		n, err := next(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err := write(ctx, n); err != nil {
			return err
		}
	}
}

func flushChan(ctx context.Context, all <-chan int, write func(context.Context, int) error) error {
	for n := range all {
		if err := write(ctx, n); isShutdown(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func flushInTime(ctx context.Context, all []int, write func(context.Context, int) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, n := range all {
		if err := write(ctx, n); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return nil
			}
			return err
		}
	}
	return nil
}

func flushWhy(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); isShutdown(err) {
			// the next start writes what is left
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func flushRound(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); isShutdown(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func flushRounds(ctx context.Context, all []int, write func(context.Context, int) error) {
	for {
		select {
		case <-time.After(time.Second):
			if err := flushRound(ctx, all, write); err != nil {
				log.Println(err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func flushFirst(ctx context.Context, all []int, write func(context.Context, int) error) error {
	for _, n := range all {
		if err := write(ctx, n); isShutdown(err) {
			return nil
		}
	}
	return errors.New("none was shut down")
}

// A walk that is skipped gives nil.

func index(ctx context.Context, root string, add func(string) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fs.SkipAll // want `the walk gives nil, as if it had been everywhere`
		default:
		}
		return add(path)
	})
}

func indexNil(ctx context.Context, fsys fs.FS, add func(string) error) error {
	if err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return nil // want `the walk gives nil, as if it had been everywhere`
		}
		return add(path)
	}); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func indexTold(ctx context.Context, root string, add func(string) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		return add(path)
	})
}

func indexAfter(ctx context.Context, root string, add func(string) error) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return filepath.SkipAll
		}
		return add(path)
	})
	if err != nil {
		return err
	}
	return ctx.Err()
}

func indexThen(ctx context.Context, root string, add func(string) error, save func(context.Context) error) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return filepath.SkipAll
		}
		return add(path)
	})
	if err != nil {
		return err
	}
	if err := save(ctx); err != nil {
		return err
	}
	return nil
}

func indexInTime(ctx context.Context, root string, add func(string) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return filepath.SkipAll
		}
		return add(path)
	})
}

func indexSome(ctx context.Context, root string) ([]string, error) {
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return filepath.SkipAll
		}
		all = append(all, path)
		return nil
	})
	return all, err
}

func indexUntil(ctx, quit context.Context, root string, add func(string) error) (bool, error) {
	return true, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if quit.Err() != nil {
			return filepath.SkipAll
		}
		return add(path)
	})
}
