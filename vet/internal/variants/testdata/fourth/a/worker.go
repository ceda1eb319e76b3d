package a

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// want-rule (a): on a dead context neither Pop nor pause blocks, and it logs without end
func (w *worker) loop(ctx context.Context) error {
	for !w.closing.Load() {
		j, err := w.queue.Pop(ctx, 0)
		switch {
		case errors.Is(err, errEmpty):
			pause(ctx, w.backoff)
			continue
		case err != nil:
			w.failed.Add(1)
			w.log.Warn("pop", "err", err)
			pause(ctx, w.backoff)
			continue
		}
		if err := w.do(ctx, j); err != nil {
			w.log.Error("job", "id", j.id, "err", err)
		}
	}
	return nil
}

// fine: a pause that was cut short ends the loop
func (w *worker) loopOK(ctx context.Context) error {
	for !w.closing.Load() {
		j, err := w.queue.Pop(ctx, 0)
		switch {
		case errors.Is(err, errEmpty):
			if !pause(ctx, w.backoff) {
				return context.Cause(ctx)
			}
			continue
		case err != nil:
			w.failed.Add(1)
			w.log.Warn("pop", "err", err)
			if !pause(ctx, w.backoff) {
				return context.Cause(ctx)
			}
			continue
		}
		if err := w.do(ctx, j); err != nil {
			w.log.Error("job", "id", j.id, "err", err)
		}
	}
	return nil
}

func (w *worker) rescue(j job) {
	if r := recover(); r != nil {
		w.failed.Add(1)
		w.log.Error("job panicked", "id", j.id, "panic", r, "stack", string(debug.Stack()))
	}
}

func (w *worker) rescueTo(err *error, j job) {
	if r := recover(); r != nil {
		w.failed.Add(1)
		*err = fmt.Errorf("job %d panicked: %v\n%s", j.id, r, debug.Stack())
	}
}

// want-rule (a): a job that panicked is acknowledged as done
func (w *worker) handle(ctx context.Context, j job) error {
	defer w.rescue(j)
	if len(j.args) == 0 {
		return fmt.Errorf("job %d: no arguments", j.id)
	}
	return w.do(ctx, j)
}

// fine: the panic becomes the error of the job
func (w *worker) handleOK(ctx context.Context, j job) (err error) {
	defer w.rescueTo(&err, j)
	if len(j.args) == 0 {
		return fmt.Errorf("job %d: no arguments", j.id)
	}
	return w.do(ctx, j)
}

type app struct {
	stopPoll func()
	pollDone chan error
	wal      io.Closer
	index    io.Closer
}

// want-rule (a): the poller's expected cancellation makes failed closes nil as well
func (a *app) Close() error {
	a.stopPoll()
	err := errors.Join(<-a.pollDone, a.index.Close(), a.wal.Close())
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// fine: only the poller's error is looked at, which was cancelled right here
func (a *app) CloseOK() error {
	a.stopPoll()
	err := <-a.pollDone
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, a.index.Close(), a.wal.Close())
}
