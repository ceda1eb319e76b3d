package f

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the group's context is thrown away, so the other probes go on with the caller's after the first has failed
func (c *Client) ProbeAll(ctx context.Context, hosts []Host) error {
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, h := range hosts {
		g.Go(func() error {
			if _, err := c.get(ctx, h.URL); err != nil {
				return fmt.Errorf("probe %s: %w", h.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the probes get the group's context, which dies with the first failure
func (c *Client) ProbeAllOK(ctx context.Context, hosts []Host) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, h := range hosts {
		g.Go(func() error {
			if _, err := c.get(ctx, h.URL); err != nil {
				return fmt.Errorf("probe %s: %w", h.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (f): the request is made with Background inside the task, so neither the caller nor a failed sibling stops it
func HeadAll(ctx context.Context, client *http.Client, hosts []Host) ([]Status, error) {
	out := make([]Status, len(hosts))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, h := range hosts {
		g.Go(func() error {
			if err := gctx.Err(); err != nil {
				return err
			}
			req, err := http.NewRequestWithContext(context.Background(), http.MethodHead, h.URL, nil)
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			out[i] = Status{Host: h.Name, Code: resp.StatusCode}
			return resp.Body.Close()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// fine: the request has the group's context
func HeadAllOK(ctx context.Context, client *http.Client, hosts []Host) ([]Status, error) {
	out := make([]Status, len(hosts))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, h := range hosts {
		g.Go(func() error {
			req, err := http.NewRequestWithContext(gctx, http.MethodHead, h.URL, nil)
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			out[i] = Status{Host: h.Name, Code: resp.StatusCode}
			return resp.Body.Close()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}
