package h

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// want-rule (h): if it does not start, the timer goes on and kills it later
func (r *runner) run(p process) error {
	watchdog := time.AfterFunc(r.limit, func() {
		r.log.Warn("takes too long, killed", "limit", r.limit)
		p.Kill()
	})
	if err := p.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	err := p.Wait()
	watchdog.Stop()
	return err
}

// fine: it is stopped on both ways out
func (r *runner) runOK(p process) error {
	watchdog := time.AfterFunc(r.limit, func() {
		r.log.Warn("takes too long, killed", "limit", r.limit)
		p.Kill()
	})
	if err := p.Start(); err != nil {
		watchdog.Stop()
		return fmt.Errorf("start: %w", err)
	}
	err := p.Wait()
	watchdog.Stop()
	return err
}

// want-rule (h): back at the prompt ^C still goes to a channel that nobody reads
func (r *repl) follow(ctx context.Context) error {
	intr := make(chan os.Signal, 1)
	signal.Notify(intr, os.Interrupt)
	for {
		select {
		case l, ok := <-r.lines:
			if !ok {
				return errEOF
			}
			r.print(l)
		case <-intr:
			return errInterrupted
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: back at the prompt ^C does what it did before
func (r *repl) followOK(ctx context.Context) error {
	intr := make(chan os.Signal, 1)
	signal.Notify(intr, os.Interrupt)
	defer signal.Stop(intr)
	for {
		select {
		case l, ok := <-r.lines:
			if !ok {
				return errEOF
			}
			r.print(l)
		case <-intr:
			return errInterrupted
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (h): of a request that failed nobody closes the body, which is to cancel
func (f *fetcher) get(ctx context.Context, url string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	res, err := f.hc.Do(req)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	res.Body = &cancelBody{res.Body, cancel}
	return res, nil
}

// fine: where there is no body it cancels itself
func (f *fetcher) getOK(ctx context.Context, url string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	res, err := f.hc.Do(req)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	res.Body = &cancelBody{res.Body, cancel}
	return res, nil
}

// want-rule (h): the defers pile up for as long as the loop runs
func (p *prober) watch(ctx context.Context) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			pctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			if err := p.probe(pctx); err != nil {
				p.log.Warn("probe", "err", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: each round ends its own
func (p *prober) watchOK(ctx context.Context) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			pctx, cancel := context.WithTimeout(ctx, time.Minute)
			err := p.probe(pctx)
			cancel()
			if err != nil {
				p.log.Warn("probe", "err", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (h): each job stays registered with ctx, and is aborted long after its end
func runAll(ctx context.Context, jobs <-chan job) error {
	for {
		select {
		case j, ok := <-jobs:
			if !ok {
				return nil
			}
			context.AfterFunc(ctx, j.Abort)
			if err := j.Run(); err != nil {
				return fmt.Errorf("job: %w", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fine: a job that has ended is taken off
func runAllOK(ctx context.Context, jobs <-chan job) error {
	for {
		select {
		case j, ok := <-jobs:
			if !ok {
				return nil
			}
			stop := context.AfterFunc(ctx, j.Abort)
			err := j.Run()
			stop()
			if err != nil {
				return fmt.Errorf("job: %w", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (h): the signals stay caught, and a second ^C does not end the drain
func (d *daemon) main() error {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := d.serve(ctx)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	dctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return errors.Join(err, d.drain(dctx))
}

// fine: they have their default again before the drain begins
func (d *daemon) mainOK() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := d.serve(ctx)
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	dctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return errors.Join(err, d.drain(dctx))
}

// want-rule (h): the defer has the cancel that does nothing, from before the if
func (s *store) find(ctx context.Context, q string) ([]string, error) {
	cancel := func() {}
	defer cancel()
	if s.limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.limit)
	}
	res, err := s.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("find %q: %w", q, err)
	}
	return res, nil
}

// fine: the defer comes when cancel is known
func (s *store) findOK(ctx context.Context, q string) ([]string, error) {
	cancel := func() {}
	if s.limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.limit)
	}
	defer cancel()
	res, err := s.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("find %q: %w", q, err)
	}
	return res, nil
}
