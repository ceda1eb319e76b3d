package cancel

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"time"
)

func do(context.Context) error { return nil }

func blank(ctx context.Context) error {
	ctx, _ = context.WithCancel(ctx) // want `the cancel function of context.WithCancel is dropped`
	return do(ctx)
}

func blankTimeout(ctx context.Context) error {
	tctx, _ := context.WithTimeout(ctx, time.Second) // want `the cancel function of context.WithTimeout is dropped`
	return do(tctx)
}

func blankCause(ctx context.Context) error {
	cctx, _ := context.WithCancelCause(ctx) // want `the cancel function of context.WithCancelCause is dropped`
	return do(cctx)
}

func blankNotify(ctx context.Context) error {
	nctx, _ := signal.NotifyContext(ctx, os.Interrupt) // want `the cancel function of signal.NotifyContext is dropped`
	return do(nctx)
}

func silenced(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want `nothing calls cancel, the cancel function of context.WithCancel`
	_ = cancel
	return do(ctx)
}

func compared(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, time.Now()) // want `nothing calls cancel`
	if cancel == nil {
		return nil
	}
	return do(ctx)
}

func early(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want `cancel, the cancel function of context.WithCancel, is not called on every path`
	if err := do(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func earlyNotify(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // want `stop, the cancel function of signal.NotifyContext, is not called on every path`
	if err := do(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func onlyOnError(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx) // want `is not called on every path`
	if err := do(ctx); err != nil {
		cancel(err)
		return err
	}
	return nil
}

func deferredInLoop(ctx context.Context, n int) {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second) // want `the cancel functions of context.WithTimeout in this loop all wait for the function to return`
		defer cancel()
		do(ctx)
	}
}

func deferredInLoopWithError(ctx context.Context, n int) error {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second) // want `all wait for the function to return`
		defer cancel()
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

type holder struct {
	ctx    context.Context
	cancel context.CancelFunc // nobody calls it
	stop   context.CancelFunc
	Cancel context.CancelFunc
}

func (h *holder) start(ctx context.Context) {
	h.ctx, h.cancel = context.WithCancel(ctx) // want `nothing calls cancel`
}

func afterFuncInLoop(ctx context.Context, conns []net.Conn) {
	for _, c := range conns {
		context.AfterFunc(ctx, func() { c.Close() }) // want `the stop function of context.AfterFunc is dropped`
	}
}

func afterFuncOfClosed(ctx context.Context, dial func() net.Conn) {
	c := dial()
	defer c.Close()
	context.AfterFunc(ctx, func() { c.SetDeadline(time.Now()) }) // want `the stop function of context.AfterFunc is dropped`
}

// What follows is fine.

func deferred(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return do(ctx)
}

func everyPath(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := do(ctx); err != nil {
		cancel()
		return err
	}
	cancel()
	return nil
}

func handedOn(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, cancel
}

func captured(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, func() { cancel() }
}

func argument(ctx context.Context, own func(context.CancelFunc)) error {
	ctx, cancel := context.WithCancel(ctx)
	own(cancel)
	return do(ctx)
}

func namedResults(ctx context.Context) (out context.Context, cancel context.CancelFunc) {
	out, cancel = context.WithCancel(ctx)
	return
}

func never(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	for {
		if do(ctx) != nil {
			cancel()
		}
	}
}

func panics(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	if do(ctx) != nil {
		panic("x")
	}
	cancel()
}

func triesAgain(ctx context.Context, n int) error {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := do(ctx); err == nil {
			return nil
		}
	}
	return errors.New("failed")
}

func firstOnly(ctx context.Context, n int) error {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		return do(ctx)
	}
	return nil
}

func calledInLoop(ctx context.Context, n int) {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		do(ctx)
		cancel()
	}
}

func inLiteralOfLoop(ctx context.Context, n int) {
	for range n {
		func() {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			do(ctx)
		}()
	}
}

func (h *holder) start2(ctx context.Context) {
	h.ctx, h.stop = context.WithCancel(ctx)
	h.ctx, h.Cancel = context.WithCancel(ctx)
}

func (h *holder) close() { h.stop() }

func afterFuncStopped(ctx context.Context, c net.Conn) {
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
}

func afterFuncOfItsOwn(ctx context.Context, dial func() net.Conn, finish func()) context.CancelFunc {
	c := dial()
	own, cancel := context.WithCancel(ctx)
	fail := func() { defer c.Close() }
	fail()
	context.AfterFunc(own, func() { c.Close(); finish() })
	return cancel
}

func afterFuncOnce(ctx context.Context, c net.Conn) {
	context.AfterFunc(ctx, func() { c.Close() })
}

func told(ctx context.Context) context.Context {
	//braid:ignore cancel it lives as long as the program
	ctx, _ = context.WithCancel(ctx)
	return ctx
}

func twice(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	cancel()
	_, cancel = context.WithCancel(ctx)
	cancel()
}

func ahead(ctx context.Context) error {
	var cancel context.CancelFunc
	defer func() {
		if cancel != nil {
			cancel()
		}
	}()
	ctx, cancel = context.WithCancel(ctx)
	return do(ctx)
}
