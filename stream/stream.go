package stream

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"runtime"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file holds the type of streams and what every stage does alike.

// A Stream is a recipe for a sequence: called with a context it gives an
// iterator, and nothing runs before somebody ranges over that. It may be ranged
// over again if its source may.
//
// Why a function of a context: each stage hands its own to the one above, so a
// break, an error or a cancel below reaches a source that blocks. A stream
// written by hand keeps three rules: it ends, soon, when its context is dead,
// with an error; after an error it yields nothing; when yield gives false it
// returns. It must not be called with a nil context, at which the streams of
// this package panic.
type Stream[T any] func(ctx context.Context) iter.Seq2[T, error]

// stage makes a stream of what runs it. A dead context gives its error, and
// nothing is opened.
func stage[T any](run func(ctx context.Context, yield func(T, error) bool)) Stream[T] {
	return func(ctx context.Context) iter.Seq2[T, error] {
		if ctx == nil {
			panic("stream: a stream was called with a nil context")
		}
		return func(yield func(T, error) bool) {
			if ctx.Err() != nil {
				fail(yield, seam.Outside(ctx))
				return
			}
			run(ctx, yield)
		}
	}
}

// prepare says that ctx is about to be asked for Err time and again. Once its
// Done has been asked for, a context of package braid answers by itself instead of
// asking those above, and Err costs less than a look into the channel does.
func prepare(ctx context.Context) { ctx.Done() }

// fail yields the error that ends a stream.
func fail[T any](yield func(T, error) bool, err error) {
	var zero T
	yield(zero, err)
}

// scope is the group of one run of a stage, which the iterator joins.
type scope struct {
	*braid.Group
	ctx    context.Context
	joined bool
}

// open opens the group of a stage. The iterator defers close, which also joins
// when the loop's body panics, calls Goexit or breaks.
func open(ctx context.Context, pc uintptr, name string) *scope {
	g, inside := seam.Open(ctx, pc, name)
	return &scope{Group: g.(*braid.Group), ctx: inside}
}

// join waits for the end and gives the group's error. It raises the panic of a
// task, or passes its Goexit on.
func (s *scope) join() error {
	s.joined = true
	return seam.Join(s.Group, false, true)
}

// close cancels and joins unless that has been done. Of errors nobody is left
// to be told. It is deferred, or called by a function that is.
func (s *scope) close() {
	if !s.joined {
		s.joined = true
		_ = seam.Join(s.Group, true, !seam.Panicking())
	}
}

// drain yields what next gives. It reports whether the loop was left, and
// whether something may have been dropped because ctx had died.
func drain[T any](ctx context.Context, next func(context.Context) (T, bool), yield func(T, error) bool) (left, dropped bool) {
	mortal := ctx.Done() != nil
	for {
		item, ok := next(ctx)
		if !ok {
			return false, false
		}
		if mortal && ctx.Err() != nil {
			return false, true
		}
		if !yield(item, nil) {
			return true, false
		}
	}
}

// finish joins a stage that is over, and gives the error that its stream ends
// with: the group's, and the source's own; or, if the source has not come to
// its end, that of the death of ctx, which can be the only reason.
func (s *scope) finish(ctx context.Context, complete bool, source error) error {
	err := s.join()
	switch {
	case err != nil && source != nil:
		return errors.Join(err, source)
	case err != nil:
		return err
	case source != nil || complete:
		return source
	}
	return seam.Outside(ctx)
}

// check refuses a nil stream or function.
func check[T any](caller string, s Stream[T], noFunction bool) {
	if s == nil {
		panic("stream: " + caller + " called with a nil stream")
	}
	if noFunction {
		panic("stream: " + caller + " called with a nil function")
	}
}

func checkContext(caller string, ctx context.Context) {
	if ctx == nil {
		panic("stream: " + caller + " called with a nil context")
	}
}

// caller gives the place where the function that asks was called.
func caller() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0] - 1
}

// entry gives the function behind fn, by which a stage's items go in errors.
func entry(fn any) uintptr { return reflect.ValueOf(fn).Pointer() }
