// Package j holds what is done wrong with braid alone.
package j

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"

	"github.com/braid-go/braid"
)

type cart struct {
	Items []string
	Cents int64
}

type pricing interface {
	Price(ctx context.Context, item string) (int64, error)
	Stocked(ctx context.Context, item string) (bool, error)
}

// want-rule (j): the handles of the stock checks are dropped, so their answers are never looked at
func checkout(ctx context.Context, p pricing, c cart) (total int64, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		prices := make([]*braid.Task[int64], 0, len(c.Items))
		for _, item := range c.Items {
			_ = braid.Fork(g, func(ctx context.Context) (bool, error) { return p.Stocked(ctx, item) })
			prices = append(prices, braid.Fork(g, func(ctx context.Context) (int64, error) {
				return p.Price(ctx, item)
			}))
		}
		for _, t := range prices {
			cents, err := t.Wait(ctx)
			if err != nil {
				return err
			}
			total += cents
		}
		return nil
	}, braid.Limit(8))
	return total, err
}

// fine: the stock checks are plain tasks that fail by themselves, the handles are all awaited
func checkoutOK(ctx context.Context, p pricing, c cart) (total int64, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		prices := make([]*braid.Task[int64], 0, len(c.Items))
		for _, item := range c.Items {
			g.Go(func(ctx context.Context) error {
				ok, err := p.Stocked(ctx, item)
				if err == nil && !ok {
					err = errors.New(item + " is out of stock")
				}
				return err
			})
			prices = append(prices, braid.Fork(g, func(ctx context.Context) (int64, error) {
				return p.Price(ctx, item)
			}))
		}
		for _, t := range prices {
			cents, err := t.Wait(ctx)
			if err != nil {
				return err
			}
			total += cents
		}
		return nil
	}, braid.Limit(8))
	return total, err
}

type netns interface {
	Enter() error
	Listen(ctx context.Context) error
}

type sandbox struct {
	ns    netns
	watch func(ctx context.Context) error
}

// part of run: what its task does
func (s *sandbox) inside(ctx context.Context) error {
	runtime.LockOSThread() // the thread is tainted by Enter and must end with us
	if err := s.ns.Enter(); err != nil {
		return fmt.Errorf("enter: %w", err)
	}
	return s.ns.Listen(ctx)
}

// want-rule (j): a method that locks its OS thread for good is run on a shared goroutine
func (s *sandbox) run(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(s.inside, braid.Name("netns"))
		g.Go(s.watch, braid.Background)
		return nil
	})
}

// fine: OwnGoroutine gives it a goroutine that runs nothing else
func (s *sandbox) runOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(s.inside, braid.Name("netns"), braid.OwnGoroutine)
		g.Go(s.watch, braid.Background)
		return nil
	})
}

type proxy struct {
	dial  func(ctx context.Context) (net.Conn, error)
	relay func(ctx context.Context, c io.ReadWriter) error
}

// want-rule (j): a task that is skipped never closes the connection it captured
func (p *proxy) serve(ctx context.Context, backends int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for range backends {
			conn, err := p.dial(ctx)
			if err != nil {
				return fmt.Errorf("dial: %w", err)
			}
			g.Go(func(ctx context.Context) (err error) {
				defer func() { err = errors.Join(err, conn.Close()) }()
				return p.relay(ctx, conn)
			}, braid.Name("relay"))
		}
		return nil
	}, braid.Limit(64))
}

// fine: GoWith closes the connection, also if the task is skipped
func (p *proxy) serveOK(ctx context.Context, backends int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for range backends {
			conn, err := p.dial(ctx)
			if err != nil {
				return fmt.Errorf("dial: %w", err)
			}
			braid.GoWith(g, conn, func(ctx context.Context, conn net.Conn) error {
				return p.relay(ctx, conn)
			}, braid.Name("relay"))
		}
		return nil
	}, braid.Limit(64))
}

type throttled struct{ Host string }

func (t throttled) Error() string { return "throttled by " + t.Host }

// want-rule (j): both clauses answer nil without a look at what they were given
func crawl(ctx context.Context, hosts []string, visit func(context.Context, string) error) error {
	err := braid.Each(ctx, hosts, visit, braid.Supervised, braid.Limit(10))
	return braid.Catch(err,
		braid.On(func(error, []throttled) error { return nil }),
		braid.Otherwise(func(_ error) error { return nil }),
	)
}

// fine: one clause logs each of what it was given, the other wraps it
func crawlOK(ctx context.Context, hosts []string, visit func(context.Context, string) error) error {
	err := braid.Each(ctx, hosts, visit, braid.Supervised, braid.Limit(10))
	return braid.Catch(err,
		braid.On(func(_ error, ts []throttled) error {
			for _, t := range ts {
				slog.WarnContext(ctx, "throttled", "host", t.Host)
			}
			return nil
		}),
		braid.Otherwise(func(err error) error { return fmt.Errorf("crawl: %w", err) }),
	)
}
