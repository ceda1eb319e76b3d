package f

import (
	"context"
	"net/http"
	"os/exec"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type fleet struct {
	g   *errgroup.Group
	ctx context.Context
}

// want-rule (f): the item's function has a context that it does not use
func mapUsers(ctx context.Context, names []string) ([]user, error) {
	return braid.Map(ctx, names, func(c context.Context, name string) (user, error) {
		return get(ctx, name)
	}, braid.Limit(4))
}

// fine: its own
func mapUsersOK(ctx context.Context, names []string) ([]user, error) {
	return braid.Map(ctx, names, func(ctx context.Context, name string) (user, error) {
		return get(ctx, name)
	}, braid.Limit(4))
}

// want-rule (f): the field's group, its context thrown away
func (fl *fleet) start(ctx context.Context) {
	fl.g, _ = errgroup.WithContext(ctx)
	fl.g.Go(func() error { return put(ctx, user{}) })
}

// fine: both are kept
func (fl *fleet) startOK(ctx context.Context) {
	fl.g, fl.ctx = errgroup.WithContext(ctx)
	fl.g.Go(func() error { return put(fl.ctx, user{}) })
}

func (fl *fleet) wait() error { return fl.g.Wait() }

// want-rule (f): a request made with Background in a function that has a context
func (c *client) head(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// fine: with the function's context
func (c *client) headOK(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// want-rule (f): a command in a task that lives as long as the outer context
func convertAll(ctx context.Context, files []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, file := range files {
		g.Go(func() error { return exec.CommandContext(ctx, "convert", file).Run() })
	}
	<-gctx.Done()
	return g.Wait()
}

// fine: as long as the group
func convertAllOK(ctx context.Context, files []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, file := range files {
		g.Go(func() error { return exec.CommandContext(gctx, "convert", file).Run() })
	}
	return g.Wait()
}

// want-rule (f): a time limit that is made of the outer context
func limited(root context.Context, name string) error {
	return braid.Run(root, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			tctx, cancel := context.WithTimeout(root, time.Second)
			defer cancel()
			_, err := get(tctx, name)
			return err
		})
		return nil
	})
}

// fine: made of the task's
func limitedOK(root context.Context, name string) error {
	return braid.Run(root, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			tctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err := get(tctx, name)
			return err
		})
		return nil
	})
}
