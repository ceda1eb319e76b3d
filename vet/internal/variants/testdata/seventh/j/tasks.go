package j

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/braid-go/braid"
)

// want-rule (j): the handles are only counted, and the usage that the tasks find out is missing in the sum
func (a *accountant) total(ctx context.Context) (int64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int64, error) {
		var usages []*braid.Task[int64]
		for _, t := range a.tenants {
			usages = append(usages, braid.Fork(g, t.Usage, braid.Name(t.Name())))
		}
		sum, err := a.shared(ctx)
		if err != nil {
			return 0, fmt.Errorf("shared: %w", err)
		}
		a.log.InfoContext(ctx, "total usage", "tenants", len(usages), "bytes", sum)
		return sum, nil
	}, braid.Name("usage"), braid.Limit(3))
}

// fine: the handles are waited for and their values added up
func (a *accountant) totalOK(ctx context.Context) (int64, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int64, error) {
		var usages []*braid.Task[int64]
		for _, t := range a.tenants {
			usages = append(usages, braid.Fork(g, t.Usage, braid.Name(t.Name())))
		}
		sum, err := a.shared(ctx)
		if err != nil {
			return 0, fmt.Errorf("shared: %w", err)
		}
		for _, t := range usages {
			n, err := t.Wait(ctx)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		a.log.InfoContext(ctx, "total usage", "tenants", len(usages), "bytes", sum)
		return sum, nil
	}, braid.Name("usage"), braid.Limit(3))
}

// part of refresh: takes what the feeds failed with
func (r *reader) tolerate(error) error {
	r.stale.Store(true)
	return nil
}

// want-rule (j): the method that is the clause does not look at the error it is given, so whatever the feeds failed with is gone without a trace
func (r *reader) refresh(ctx context.Context) error {
	r.stale.Store(false)
	pull := func(ctx context.Context, f feed) error { return f.Pull(ctx) }
	err := braid.Each(ctx, r.feeds[:], pull, braid.Supervised, braid.Name("refresh"))
	if ctx.Err() != nil {
		return err
	}
	return braid.Catch(err, braid.Otherwise(r.tolerate))
}

// part of refreshOK: takes what the feeds failed with
func (r *reader) tolerateOK(err error) error {
	// A feed that is down is pulled again at the next refresh.
	r.log.Warn("feeds are stale", "err", err)
	r.stale.Store(true)
	return nil
}

// fine: the method logs the error that it is given, and says why that is enough
func (r *reader) refreshOK(ctx context.Context) error {
	r.stale.Store(false)
	pull := func(ctx context.Context, f feed) error { return f.Pull(ctx) }
	err := braid.Each(ctx, r.feeds[:], pull, braid.Supervised, braid.Name("refresh"))
	if ctx.Err() != nil {
		return err
	}
	return braid.Catch(err, braid.Otherwise(r.tolerateOK))
}

// want-rule (j): Value does not wait, and panics since the tasks have only just been forked
func (s *site) render(ctx context.Context, page string) ([]byte, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) ([]byte, error) {
		head := braid.Fork(g, s.header, braid.Name("header"))
		body := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			return s.content(ctx, page)
		}, braid.Name("content"))
		return slices.Concat(head.Value(), body.Value()), nil
	})
}

// fine: both tasks are waited for, after which Value has something to give
func (s *site) renderOK(ctx context.Context, page string) ([]byte, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) ([]byte, error) {
		head := braid.Fork(g, s.header, braid.Name("header"))
		body := braid.Fork(g, func(ctx context.Context) ([]byte, error) {
			return s.content(ctx, page)
		}, braid.Name("content"))
		for _, t := range [...]*braid.Task[[]byte]{head, body} {
			if _, err := t.Wait(ctx); err != nil {
				return nil, err
			}
		}
		return slices.Concat(head.Value(), body.Value()), nil
	})
}

// want-rule (j): that the group did not take the task is ignored, and the caller gets the id of a job that nobody will do
func (d *dispatcher) submit(g *braid.Group, j job) (id string, err error) {
	if j.Kind == "" {
		return "", errors.New("submit: the job has no kind")
	}
	id = fmt.Sprintf("%s-%d", j.Kind, d.seq.Add(1))
	g.TryGo(func(ctx context.Context) error {
		d.log.DebugContext(ctx, "begin", "job", id)
		return d.exec(ctx, id, j)
	}, braid.Name(id))
	return id, nil
}

// fine: the caller is told if the group did not take the task
func (d *dispatcher) submitOK(g *braid.Group, j job) (id string, err error) {
	if j.Kind == "" {
		return "", errors.New("submit: the job has no kind")
	}
	id = fmt.Sprintf("%s-%d", j.Kind, d.seq.Add(1))
	err = g.TryGo(func(ctx context.Context) error {
		d.log.DebugContext(ctx, "begin", "job", id)
		return d.exec(ctx, id, j)
	}, braid.Name(id))
	if err != nil {
		return "", fmt.Errorf("submit %s: %w", id, err)
	}
	return id, nil
}
