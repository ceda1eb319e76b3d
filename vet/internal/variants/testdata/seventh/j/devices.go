package j

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/braid-go/braid"
)

// part of probe: puts the goroutine into the namespace, for good
func enter(ns netns) error {
	// No unlock: the thread is of no use to anybody outside the namespace.
	runtime.LockOSThread()
	if err := ns.Set(); err != nil {
		return fmt.Errorf("netns: %w", err)
	}
	return nil
}

// want-rule (j): the function that the task calls locks the OS thread for good, and the task has no goroutine of its own
func (p *prober) probe(ctx context.Context, ns netns, addr string) (time.Duration, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (time.Duration, error) {
		inside := braid.Fork(g, func(ctx context.Context) (time.Duration, error) {
			if err := enter(ns); err != nil {
				return 0, err
			}
			return p.rtt(ctx, addr)
		}, braid.Name("inside"))
		outside, err := p.rtt(ctx, addr)
		if err != nil {
			return 0, err
		}
		d, err := inside.Wait(ctx)
		p.log.DebugContext(ctx, "probed", "addr", addr, "inside", d, "outside", outside)
		return d - outside, err
	})
}

// fine: the goroutine that keeps its OS thread is the task's own, and ends with it
func (p *prober) probeOK(ctx context.Context, ns netns, addr string) (time.Duration, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (time.Duration, error) {
		inside := braid.Fork(g, func(ctx context.Context) (time.Duration, error) {
			if err := enter(ns); err != nil {
				return 0, err
			}
			return p.rtt(ctx, addr)
		}, braid.Name("inside"), braid.OwnGoroutine)
		outside, err := p.rtt(ctx, addr)
		if err != nil {
			return 0, err
		}
		d, err := inside.Wait(ctx)
		p.log.DebugContext(ctx, "probed", "addr", addr, "inside", d, "outside", outside)
		return d - outside, err
	})
}

// want-rule (j): where Attach fails the task ends with its OS thread still locked, and it has no goroutine of its own
func (r *robot) steer(ctx context.Context, watch func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		steering := func(ctx context.Context) error {
			runtime.LockOSThread()
			if err := r.lib.Attach(); err != nil {
				return fmt.Errorf("attach: %w", err)
			}
			defer runtime.UnlockOSThread()
			defer r.lib.Detach()
			return r.loop(ctx)
		}
		g.Go(steering, braid.Name("steering"))
		g.Go(watch, braid.Name("watch"))
		r.log.InfoContext(ctx, "the robot is up")
		return nil
	}, braid.Name("robot"))
}

// fine: the unlock is deferred before anything can fail
func (r *robot) steerOK(ctx context.Context, watch func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		steering := func(ctx context.Context) error {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if err := r.lib.Attach(); err != nil {
				return fmt.Errorf("attach: %w", err)
			}
			defer r.lib.Detach()
			return r.loop(ctx)
		}
		g.Go(steering, braid.Name("steering"))
		g.Go(watch, braid.Name("watch"))
		r.log.InfoContext(ctx, "the robot is up")
		return nil
	}, braid.Name("robot"))
}

// part of notify: says msg to a peer, and ends the session
func (n *notifier) say(ctx context.Context, s session, msg []byte) (err error) {
	defer func() { err = errors.Join(err, s.Close()) }()
	sctx, cancel := context.WithTimeout(ctx, n.timeout)
	defer cancel()
	return s.Say(sctx, msg)
}

// want-rule (j): the sessions are captured by the tasks, and one whose task is skipped, since another has failed, stays open
func (n *notifier) notify(ctx context.Context, peers [3]string, msg []byte) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range peers {
			s, err := n.dial(ctx, addr)
			if err != nil {
				return fmt.Errorf("notify %s: %w", addr, err)
			}
			g.Go(func(ctx context.Context) error { return n.say(ctx, s, msg) }, braid.Name(addr))
		}
		return nil
	}, braid.Limit(1))
}

// part of notifyOK: says msg to a peer
func (n *notifier) sayOK(ctx context.Context, s session, msg []byte) error {
	sctx, cancel := context.WithTimeout(ctx, n.timeout)
	defer cancel()
	return s.Say(sctx, msg)
}

// fine: each task owns its session, which is closed also if the task is skipped
func (n *notifier) notifyOK(ctx context.Context, peers [3]string, msg []byte) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range peers {
			s, err := n.dial(ctx, addr)
			if err != nil {
				return fmt.Errorf("notify %s: %w", addr, err)
			}
			braid.GoWith(g, s, func(ctx context.Context, s session) error { return n.sayOK(ctx, s, msg) }, braid.Name(addr))
		}
		return nil
	}, braid.Limit(1))
}

// want-rule (j): the comment says what is asked for, and nothing says why the call may be left behind
func (m *module) serial(ctx context.Context, slot int) (string, error) {
	if slot < 0 {
		return "", fmt.Errorf("no slot %d", slot)
	}
	// Ask the token in the slot for its serial number.
	serial, err := braid.Abandon(ctx, func() (string, error) {
		return m.lib.Serial(slot)
	}, m.late, braid.Name("serial"))
	if err != nil {
		return "", fmt.Errorf("slot %d: %w", slot, err)
	}
	return serial, nil
}

// fine: the comment has the reason, and what comes late needs no disposal
func (m *module) serialOK(ctx context.Context, slot int) (string, error) {
	if slot < 0 {
		return "", fmt.Errorf("no slot %d", slot)
	}
	// The vendor's library takes no context and waits without bound for
	// somebody to put a token in; a serial that comes late is only a string.
	serial, err := braid.Abandon(ctx, func() (string, error) {
		return m.lib.Serial(slot)
	}, m.late, braid.Name("serial"))
	if err != nil {
		return "", fmt.Errorf("slot %d: %w", slot, err)
	}
	return serial, nil
}
