package h

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// want-rule (h): the cancel is assigned to the blank identifier instead of being called, so each ping leaves its timer until the time is up
func (p *pinger) ping(ctx context.Context, target string) (rtt time.Duration, err error) {
	pctx, cancel := context.WithTimeoutCause(ctx, p.timeout, errSlow)
	_ = cancel
	begun := time.Now()
	if err := p.echo.Echo(pctx, target); err != nil {
		return 0, errors.Join(fmt.Errorf("ping %s: %w", target, err), context.Cause(pctx))
	}
	return time.Since(begun), nil
}

// fine: the cancel is called when the ping is over
func (p *pinger) pingOK(ctx context.Context, target string) (rtt time.Duration, err error) {
	pctx, cancel := context.WithTimeoutCause(ctx, p.timeout, errSlow)
	defer cancel()
	begun := time.Now()
	if err := p.echo.Echo(pctx, target); err != nil {
		return 0, errors.Join(fmt.Errorf("ping %s: %w", target, err), context.Cause(pctx))
	}
	return time.Since(begun), nil
}

// part of fetch: gives the context with the tenant's time limit, and its cancel
func (p *proxy) withBudget(ctx context.Context, tenant string) (context.Context, context.CancelFunc) {
	if d, ok := p.budgets[tenant]; ok {
		return context.WithTimeout(ctx, d)
	}
	return context.WithCancel(ctx)
}

// want-rule (h): the cancel that the method hands back is dropped
func (p *proxy) fetch(ctx context.Context, tenant, key string) ([]byte, error) {
	if v, ok := p.cache[key]; ok {
		return v, nil
	}
	ctx, _ = p.withBudget(ctx, tenant)
	v, err := p.origin.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("fetch %s for %s: %w", key, tenant, err)
	}
	return v, nil
}

// fine: the cancel that the method hands back is deferred
func (p *proxy) fetchOK(ctx context.Context, tenant, key string) ([]byte, error) {
	if v, ok := p.cache[key]; ok {
		return v, nil
	}
	ctx, cancel := p.withBudget(ctx, tenant)
	defer cancel()
	v, err := p.origin.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("fetch %s for %s: %w", key, tenant, err)
	}
	return v, nil
}

// want-rule (h): where a mirror does not have the manifest the loop goes on without having called the cancel
func (u *updater) pull(ctx context.Context, ref string) (manifest, error) {
	for _, host := range u.mirrors {
		mctx, cancel := context.WithTimeout(ctx, u.perMirror)
		m, err := u.reg.Manifest(mctx, host, ref)
		if errors.Is(err, errNoManifest) {
			continue
		}
		cancel()
		if err != nil {
			return manifest{}, fmt.Errorf("pull %s from %s: %w", ref, host, err)
		}
		return m, nil
	}
	return manifest{}, fmt.Errorf("pull %s: %w", ref, errNoManifest)
}

// fine: the cancel is called as soon as the mirror has answered, whatever it said
func (u *updater) pullOK(ctx context.Context, ref string) (manifest, error) {
	for _, host := range u.mirrors {
		mctx, cancel := context.WithTimeout(ctx, u.perMirror)
		m, err := u.reg.Manifest(mctx, host, ref)
		cancel()
		if errors.Is(err, errNoManifest) {
			continue
		}
		if err != nil {
			return manifest{}, fmt.Errorf("pull %s from %s: %w", ref, host, err)
		}
		return m, nil
	}
	return manifest{}, fmt.Errorf("pull %s: %w", ref, errNoManifest)
}

// want-rule (h): there is no signal.Stop, so when the loop has ended SIGHUP is still caught, and lost
func (d *daemon) reloadOnHangup(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case sig := <-hup:
			d.log.InfoContext(ctx, "reload", "signal", sig)
			if err := d.reload(ctx); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
		}
	}
}

// fine: the signal gets its default back when the loop ends
func (d *daemon) reloadOnHangupOK(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case sig := <-hup:
			d.log.InfoContext(ctx, "reload", "signal", sig)
			if err := d.reload(ctx); err != nil {
				return fmt.Errorf("reload: %w", err)
			}
		}
	}
}
