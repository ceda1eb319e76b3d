package f

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the group's context is thrown away
func (f *fleet) check(ctx context.Context, hosts []host) error {
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, h := range hosts {
		g.Go(func() error {
			if err := f.ping(ctx, h); err != nil {
				return fmt.Errorf("host %s: %w", h.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: it takes the place of the outer one
func (f *fleet) checkOK(ctx context.Context, hosts []host) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, h := range hosts {
		g.Go(func() error {
			if err := f.ping(ctx, h); err != nil {
				return fmt.Errorf("host %s: %w", h.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (f): the second call of the task is made with the outer context
func (f *fleet) inventory(ctx context.Context, hosts []host) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, h := range hosts {
		g.Go(func() error {
			state, err := f.inspect(gctx, h)
			if err != nil {
				return fmt.Errorf("inspect %s: %w", h.name, err)
			}
			return f.record(ctx, h, state)
		})
	}
	return g.Wait()
}

// fine: both with the group's; the outer one is for what comes after the Wait
func (f *fleet) inventoryOK(ctx context.Context, hosts []host) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, h := range hosts {
		g.Go(func() error {
			state, err := f.inspect(gctx, h)
			if err != nil {
				return fmt.Errorf("inspect %s: %w", h.name, err)
			}
			return f.record(gctx, h, state)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return f.record(ctx, host{name: "fleet"}, "checked")
}

// want-rule (f): the time limit of the task hangs on Background
func (s *shop) warm(ctx context.Context, skus [4]string) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, sku := range skus {
		g.Go(func() error {
			tctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			_, err := s.price(tctx, sku)
			return err
		})
	}
	g.Go(func() error {
		_, err := s.review(ctx, skus[0])
		return err
	})
	return g.Wait()
}

// fine: it hangs on the group's
func (s *shop) warmOK(ctx context.Context, skus [4]string) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, sku := range skus {
		g.Go(func() error {
			tctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			_, err := s.price(tctx, sku)
			return err
		})
	}
	g.Go(func() error {
		_, err := s.review(ctx, skus[0])
		return err
	})
	return g.Wait()
}

// want-rule (f): the last task asks with the request's own context
func (s *shop) get(w http.ResponseWriter, r *http.Request) {
	sku := r.PathValue("sku")
	var p product
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		p.Stock, err = s.stock(ctx, sku)
		return err
	})
	g.Go(func() (err error) {
		p.Price, err = s.price(ctx, sku)
		return err
	})
	g.Go(func() (err error) {
		p.Reviews, err = s.review(r.Context(), sku)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(p)
}

// fine: each asks with the group's, and the request's is for after the Wait
func (s *shop) getOK(w http.ResponseWriter, r *http.Request) {
	sku := r.PathValue("sku")
	var p product
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		p.Stock, err = s.stock(ctx, sku)
		return err
	})
	g.Go(func() (err error) {
		p.Price, err = s.price(ctx, sku)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	reviews, err := s.review(r.Context(), sku)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	p.Reviews = reviews
	json.NewEncoder(w).Encode(p)
}

// want-rule (f): when one direction ends the group's context dies, the session's does not
func (s *session) relay() error {
	g, ctx := errgroup.WithContext(s.ctx)
	g.Go(func() error { return pump(s.ctx, s.up, s.down) })
	g.Go(func() error { return pump(s.ctx, s.down, s.up) })
	g.Go(func() error { return s.keepalive(ctx) })
	return g.Wait()
}

// fine: both directions are told of the other's end
func (s *session) relayOK() error {
	g, ctx := errgroup.WithContext(s.ctx)
	g.Go(func() error { return pump(ctx, s.up, s.down) })
	g.Go(func() error { return pump(ctx, s.down, s.up) })
	g.Go(func() error { return s.keepalive(ctx) })
	return g.Wait()
}

// want-rule (f): the requests were made with the outer context before the group was
func (h *webhooks) fire(ctx context.Context, body []byte) error {
	var reqs [3]*http.Request
	for i, url := range h.targets {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		reqs[i] = req
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, req := range reqs {
		g.Go(func() error {
			res, err := h.hc.Do(req)
			if err != nil {
				return err
			}
			return res.Body.Close()
		})
	}
	g.Go(func() error { return h.log(gctx, body) })
	return g.Wait()
}

// fine: the task gives the request the group's
func (h *webhooks) fireOK(ctx context.Context, body []byte) error {
	var reqs [3]*http.Request
	for i, url := range h.targets {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		reqs[i] = req
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, req := range reqs {
		g.Go(func() error {
			res, err := h.hc.Do(req.WithContext(gctx))
			if err != nil {
				return err
			}
			return res.Body.Close()
		})
	}
	g.Go(func() error { return h.log(gctx, body) })
	return g.Wait()
}

// want-rule (f): the pull goes on though another has failed, or the caller has gone
func (m *mirror) sync(ctx context.Context, repos [6]repo) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, r := range repos {
		g.Go(func() error {
			if err := m.lock(ctx, r.name); err != nil {
				return err
			}
			ctx := context.WithoutCancel(ctx)
			defer m.unlock(ctx, r.name)
			return m.pull(ctx, r.name)
		})
	}
	return g.Wait()
}

// fine: only the unlock is kept from the cancellation
func (m *mirror) syncOK(ctx context.Context, repos [6]repo) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, r := range repos {
		g.Go(func() error {
			if err := m.lock(ctx, r.name); err != nil {
				return err
			}
			defer m.unlock(context.WithoutCancel(ctx), r.name)
			return m.pull(ctx, r.name)
		})
	}
	return g.Wait()
}

// want-rule (f): the task was made where ctx was still the outer one
func (p *pages) crawl(ctx context.Context, levels [][4]string) error {
	task := func(url string) func() error {
		return func() error {
			if _, err := p.fetch(ctx, url); err != nil {
				return fmt.Errorf("%s: %w", url, err)
			}
			return nil
		}
	}
	for _, urls := range levels {
		g, ctx := errgroup.WithContext(ctx)
		for _, url := range urls {
			g.Go(task(url))
		}
		g.Go(func() error { return p.parse(ctx, urls[0]) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// fine: the task is given the one that it shall work with
func (p *pages) crawlOK(ctx context.Context, levels [][4]string) error {
	task := func(ctx context.Context, url string) func() error {
		return func() error {
			if _, err := p.fetch(ctx, url); err != nil {
				return fmt.Errorf("%s: %w", url, err)
			}
			return nil
		}
	}
	for _, urls := range levels {
		g, ctx := errgroup.WithContext(ctx)
		for _, url := range urls {
			g.Go(task(ctx, url))
		}
		g.Go(func() error { return p.parse(ctx, urls[0]) })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}
