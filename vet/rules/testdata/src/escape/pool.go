package escape

import (
	"context"
	"errors"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
)

// A pool of conc's is closed by its Wait.

func poolTwice(jobs []func() error) error {
	p := pool.New().WithErrors()
	for _, job := range jobs {
		p.Go(job)
	}
	first := p.Wait()
	if first == nil {
		return nil
	}
	p.Go(jobs[0]) // want `p is closed since the Wait in line \d+`
	return errors.Join(first, p.Wait())
}

func poolInLoop(rounds [][]func()) {
	p := pool.New().WithMaxGoroutines(3)
	for _, jobs := range rounds {
		for _, job := range jobs {
			p.Go(job) // want `p is closed since the Wait in line \d+`
		}
		p.Wait()
	}
}

func poolOfContext(ctx context.Context, more bool) error {
	p := pool.New().WithContext(ctx).WithCancelOnError()
	p.Go(work)
	err := p.Wait()
	switch {
	case more:
		p.Go(work) // want `p is closed since`
		return p.Wait()
	}
	return err
}

// Left alone.

func poolAnew(rounds [][]func()) {
	for _, jobs := range rounds {
		p := pool.New().WithMaxGoroutines(3)
		for _, job := range jobs {
			p.Go(job)
		}
		p.Wait()
	}
}

func poolReplaced(a, b func() error) error {
	p := pool.New().WithErrors()
	p.Go(a)
	if err := p.Wait(); err != nil {
		return err
	}
	p = pool.New().WithErrors()
	p.Go(b)
	return p.Wait()
}

func waitGroupTwice(a, b func()) {
	wg := conc.NewWaitGroup()
	wg.Go(a)
	wg.Wait()
	wg.Go(b)
	wg.Wait()
}

func poolOnce(a func(), late bool) {
	p := pool.New()
	if late {
		p.Wait()
		return
	}
	p.Go(a)
	p.Wait()
}
