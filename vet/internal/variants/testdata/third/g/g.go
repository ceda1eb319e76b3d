// Package g holds groups whose error nobody looks at.
package g

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type frame []byte

type encoder interface {
	Encode(ctx context.Context, f frame) ([]byte, error)
}

// want-rule (g): the deferred closure waits for the group and drops its error
func encodeStream(ctx context.Context, enc encoder, w io.Writer, frames []frame) error {
	g, ctx := errgroup.WithContext(ctx)
	encoded := make([][]byte, len(frames))
	func() {
		defer func() { _ = g.Wait() }()
		g.SetLimit(4)
		for i, f := range frames {
			g.Go(func() (err error) {
				encoded[i], err = enc.Encode(ctx, f)
				return err
			})
		}
	}()
	for i, e := range encoded {
		if _, err := w.Write(e); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
	}
	return nil
}

// fine: the deferred closure puts the error into the named result
func encodeStreamOK(ctx context.Context, enc encoder, w io.Writer, frames []frame) error {
	g, ctx := errgroup.WithContext(ctx)
	encoded := make([][]byte, len(frames))
	err := func() (err error) {
		defer func() { err = g.Wait() }()
		g.SetLimit(4)
		for i, f := range frames {
			g.Go(func() (err error) {
				encoded[i], err = enc.Encode(ctx, f)
				return err
			})
		}
		return nil
	}()
	if err != nil {
		return err
	}
	for i, e := range encoded {
		if _, err := w.Write(e); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
	}
	return nil
}

type agent struct {
	bg      *braid.Group
	collect func(ctx context.Context) error
	report  func(ctx context.Context) error
}

func (a *agent) both(ctx context.Context, g *braid.Group) error {
	g.Go(a.collect)
	g.Go(a.report)
	return nil
}

// want-rule (g): Run in a go statement, its error is lost (and nobody waits for it)
func (a *agent) Start(ctx context.Context) error {
	if a.collect == nil || a.report == nil {
		return errors.New("agent: not configured")
	}
	ctx = context.WithoutCancel(ctx)
	go braid.Run(ctx, a.both, braid.Name("agent"))
	return nil
}

// fine: Run is a task of the agent's own group, whose Close gives the error
func (a *agent) StartOK(ctx context.Context) error {
	if a.collect == nil || a.report == nil {
		return errors.New("agent: not configured")
	}
	a.bg, _ = braid.Open(context.WithoutCancel(ctx))
	a.bg.Go(func(ctx context.Context) error {
		return braid.Run(ctx, a.both, braid.Name("agent"))
	})
	return nil
}

func (a *agent) Close() error { return a.bg.Close() }

// want-rule (g): the error of Each is dropped for each page
func notifyPaged[U any](ctx context.Context, users []U, page int, send func(context.Context, U) error) (sent int, err error) {
	for us := range slices.Chunk(users, page) {
		if err := ctx.Err(); err != nil {
			return sent, err
		}
		braid.Each(ctx, us, send, braid.Limit(10), braid.Supervised)
		sent += len(us)
	}
	return sent, nil
}

// fine: the errors of all pages are joined
func notifyPagedOK[U any](ctx context.Context, users []U, page int, send func(context.Context, U) error) (sent int, err error) {
	for us := range slices.Chunk(users, page) {
		if ctx.Err() != nil {
			return sent, errors.Join(err, ctx.Err())
		}
		if e := braid.Each(ctx, us, send, braid.Limit(10), braid.Supervised); e != nil {
			err = errors.Join(err, e)
			continue
		}
		sent += len(us)
	}
	return sent, err
}
