package j

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/braid-go/braid"
)

// part of Watch: enters the namespace on a thread of its own and scans there
func (ns *Netns) watch(ctx context.Context) error {
	// The thread is tainted by setns; it must not be given back.
	runtime.LockOSThread()
	if err := ns.enter(ns.name); err != nil {
		return fmt.Errorf("setns %s: %w", ns.name, err)
	}
	return ns.scan(ctx)
}

// want-rule (j): the task keeps its OS thread locked and is started without OwnGoroutine
func (ns *Netns) Watch(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(ns.watch, braid.Name(ns.name))
		return nil
	})
}

// fine: the task that keeps its OS thread locked has a goroutine of its own
func (ns *Netns) WatchOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(ns.watch, braid.Name(ns.name), braid.OwnGoroutine)
		return nil
	})
}

// want-rule (j): the connection is captured by the task, which a cancelled group skips, and then nobody closes it
func (t *Tunnel) Run(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		conn, err := t.dialer.DialContext(ctx, "tcp", t.addr)
		if err != nil {
			return fmt.Errorf("dial %s: %w", t.addr, err)
		}
		g.Go(func(ctx context.Context) error {
			defer conn.Close()
			return t.relay(ctx, conn)
		}, braid.Name("relay"))
		return nil
	})
}

// fine: GoWith owns the connection and closes it also if the task is skipped
func (t *Tunnel) RunOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		conn, err := t.dialer.DialContext(ctx, "tcp", t.addr)
		if err != nil {
			return fmt.Errorf("dial %s: %w", t.addr, err)
		}
		braid.GoWith(g, conn, t.relay, braid.Name("relay"))
		return nil
	})
}

// want-rule (j): the open file is captured by the queued task and stays open if that is skipped
func (u *Uploader) UploadAll(ctx context.Context, paths []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			err = g.GoWait(ctx, func(ctx context.Context) error {
				defer f.Close()
				return u.putFile(ctx, f)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, braid.Limit(8))
}

// fine: the task opens the file itself, so that one that is skipped has none
func (u *Uploader) UploadAllOK(ctx context.Context, paths []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, path := range paths {
			err := g.GoWait(ctx, func(ctx context.Context) error {
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				defer f.Close()
				return u.putFile(ctx, f)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, braid.Limit(8))
}
