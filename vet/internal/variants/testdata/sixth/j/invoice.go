package j

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"

	"github.com/braid-go/braid"
)

// want-rule (j): the handle that Fork gives is thrown away, and with it the rates that the task fetches
func makeInvoice(ctx context.Context, s shop, id string) (invoice, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (invoice, error) {
		who := braid.Fork(g, func(ctx context.Context) (user, error) { return s.User(ctx, id) })
		_ = braid.Fork(g, s.Rates)
		u, err := who.Wait(ctx)
		if err != nil {
			return invoice{}, err
		}
		return invoice{User: u}, nil
	})
}

// fine: both handles are waited for and their values used
func makeInvoiceOK(ctx context.Context, s shop, id string) (invoice, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (invoice, error) {
		who := braid.Fork(g, func(ctx context.Context) (user, error) { return s.User(ctx, id) })
		what := braid.Fork(g, s.Rates)
		u, err := who.Wait(ctx)
		if err != nil {
			return invoice{}, err
		}
		r, err := what.Wait(ctx)
		if err != nil {
			return invoice{}, err
		}
		return invoice{User: u, Rates: r}, nil
	})
}

// want-rule (j): the task locks its OS thread and neither unlocks it nor has a goroutine of its own, so the lock stays on a shared one
func signBoth(ctx context.Context, c card, digests [2][]byte) (sigs [2][]byte, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) (err error) {
			runtime.LockOSThread()
			if err := c.Begin(); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.End()) }()
			for i := 0; i < len(digests) && ctx.Err() == nil && err == nil; i++ {
				sigs[i], err = c.Sign(digests[i])
			}
			return errors.Join(err, ctx.Err())
		})
		return nil
	})
	return sigs, err
}

// fine: the lock is undone before the task ends, after the card's session, so it needs no goroutine of its own
func signBothOK(ctx context.Context, c card, digests [2][]byte) (sigs [2][]byte, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) (err error) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if err := c.Begin(); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.End()) }()
			for i := 0; i < len(digests) && ctx.Err() == nil && err == nil; i++ {
				sigs[i], err = c.Sign(digests[i])
			}
			return errors.Join(err, ctx.Err())
		})
		return nil
	})
	return sigs, err
}

// want-rule (j): the file is captured by the task, and stays open if the task is skipped
func uploadBoth(ctx context.Context, u uploader, names [2]string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error {
				defer f.Close()
				return u.Put(ctx, name, f)
			})
		}
		return nil
	})
}

// fine: the task owns the file, which is closed also if the task is skipped
func uploadBothOK(ctx context.Context, u uploader, names [2]string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			braid.GoWith(g, f, func(ctx context.Context, f *os.File) error {
				return u.Put(ctx, name, f)
			})
		}
		return nil
	})
}

// want-rule (j): the clause looks neither at the error nor at what matched, and all lookups that failed are gone without a trace
func resolveSome(ctx context.Context, r resolver, names []string) ([][]string, error) {
	found, err := braid.Map(ctx, names, r.Resolve, braid.Supervised, braid.Limit(8))
	err = braid.Catch(err, braid.On(func(error, []*net.DNSError) error {
		return nil
	}))
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	return found, nil
}

// fine: only names that do not exist are let pass, each with a line in the log; other failures of the resolver go on
func resolveSomeOK(ctx context.Context, r resolver, names []string) ([][]string, error) {
	found, err := braid.Map(ctx, names, r.Resolve, braid.Supervised, braid.Limit(8))
	err = braid.Catch(err, braid.On(func(err error, failed []*net.DNSError) error {
		for _, f := range failed {
			if !f.IsNotFound {
				return err
			}
			slog.InfoContext(ctx, "no such name", "name", f.Name)
		}
		return nil
	}))
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	return found, nil
}

// want-rule (j): Abandon leaves the call behind, and nothing says why the call may not be waited for
func statMount(ctx context.Context, dir string) (os.FileInfo, error) {
	info, err := braid.Abandon(ctx, func() (os.FileInfo, error) {
		return os.Stat(dir)
	}, func(_ os.FileInfo, err error) {
		slog.Info("late stat", "dir", dir, "err", err)
	})
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", dir, err)
	}
	return info, nil
}

// fine: the comment has the reason
func statMountOK(ctx context.Context, dir string) (os.FileInfo, error) {
	// A stat on a dead NFS mount hangs in the kernel until the server is back,
	// takes no context, and leaves nothing that had to be disposed of.
	info, err := braid.Abandon(ctx, func() (os.FileInfo, error) {
		return os.Stat(dir)
	}, func(_ os.FileInfo, err error) {
		slog.Info("late stat", "dir", dir, "err", err)
	})
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", dir, err)
	}
	return info, nil
}
