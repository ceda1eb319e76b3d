package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

var (
	errA = errors.New("a")
	errB = errors.New("b")
	errC = errors.New("c")
)

type codeError struct{ code int }

func (e *codeError) Error() string { return fmt.Sprint("code ", e.code) }

// task and group make errors as a failed group does.
func task(name string, err error) *braid.TaskError { return braid.NewTaskError("server", name, err) }
func group(errs ...error) *braid.GroupError        { return braid.NewGroupError("server", 0, errs...) }

// shape draws a tree as an expression: G[...] a group, T(...) a task, J[...]
// what errors.Join makes, M[...] another multi-error, W(...) another wrapper
// above a node that is structure, and leaves by their text.
func shape(err error) string {
	list := func(kind string, errs []error) string {
		var kids []string
		for _, e := range errs {
			kids = append(kids, shape(e))
		}
		return kind + "[" + strings.Join(kids, " ") + "]"
	}
	switch e := err.(type) {
	case nil:
		return "nil"
	case *braid.GroupError:
		return list("G", e.Errors())
	case *braid.TaskError:
		return "T(" + shape(e.Err) + ")"
	case interface{ Unwrap() []error }:
		if reflect.TypeOf(err) == reflect.TypeOf(errors.Join(io.EOF)) {
			return list("J", e.Unwrap())
		}
		return list("M", e.Unwrap())
	case interface{ Unwrap() error }:
		if inner := shape(e.Unwrap()); strings.ContainsAny(inner, "[(") {
			return "W(" + inner + ")"
		}
	}
	return err.Error()
}

func wantShape(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := shape(err); got != want {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

// leaves gives path:text of each leaf.
func leaves(err error) (all []string) {
	for path, leaf := range braid.Leaves(err) {
		all = append(all, path+":"+leaf.Error())
	}
	return all
}

func TestRule4_1_IsAndAsSeeThroughGroupAndTask(t *testing.T) { // asyncio 107
	err := error(group(task("x", fmt.Errorf("reading: %w", io.EOF)), task("y", &codeError{7})))
	var code *codeError
	if !errors.Is(err, io.EOF) || !errors.As(err, &code) || code.code != 7 {
		t.Errorf("errors.Is or errors.As does not find what is in %v", err)
	}
	var te *braid.TaskError
	if !errors.As(err, &te) || te.Path() != "server/x" || te.Spawned().Line == 0 {
		t.Errorf("the first task is %v, want server/x with its site", te)
	}
}

func TestRule4_2_ErrorsKeepsTheOrderAndGivesACopy(t *testing.T) { // asyncio 108
	x, y := task("x", errA), task("y", errB)
	g := group(x, y)
	got := g.Errors()
	if len(got) != 2 || got[0] != error(x) || got[1] != error(y) || g.Primary() != x {
		t.Fatalf("got %v with primary %v", got, g.Primary())
	}
	got[0] = nil
	if g.Errors()[0] != error(x) {
		t.Error("changing what Errors gave changed the group")
	}
}

func TestAsyncio102_AGroupIsAnErrorOfManyErrors(t *testing.T) {
	var err error = group(task("x", errA))
	if _, ok := err.(interface{ Unwrap() []error }); !ok {
		t.Error("a GroupError is no multi-error")
	}
}

func TestAsyncio103_104_NothingAndNilsMakeNoPart(t *testing.T) {
	if m, r := braid.Split(nil, braid.Is(errA)); m != nil || r != nil {
		t.Errorf("Split(nil) = %v, %v", m, r)
	}
	if braid.Subgroup(nil, braid.Is(errA)) != nil || len(leaves(nil)) != 0 {
		t.Error("nil has a part or a leaf")
	}
	m, r := braid.Split(multi{nil, errA, nil, errB}, braid.Is(errA))
	wantShape(t, "matched", m, "M[a]")
	wantShape(t, "rest", r, "M[b]")
}

func TestAsyncio105_APanicInATreeStaysAPanicError(t *testing.T) {
	err := group(task("x", &braid.PanicError{Value: errA}), task("y", errB))
	m, r := braid.Split(err, braid.As[*braid.PanicError]())
	var pe *braid.PanicError
	if !errors.As(m, &pe) || errors.As(r, &pe) {
		t.Errorf("got %v and %v", m, r)
	}
}

func TestAsyncio109_MatchersAreTypeTargetAndPredicate(t *testing.T) {
	err := group(task("x", &codeError{1}), task("y", &fs.PathError{Op: "open", Path: "/", Err: fs.ErrNotExist}), task("z", errA))
	for name, c := range map[string]struct {
		match braid.Matcher
		want  string
	}{
		"type":       {braid.As[*codeError](), "G[T(code 1)]"},
		"interface":  {braid.As[interface{ Timeout() bool }](), "G[T(open /: file does not exist)]"}, // asyncio 138
		"target":     {braid.Is(fs.ErrNotExist), "G[T(open /: file does not exist)]"},
		"predicate":  {func(n error) bool { return n == errA }, "G[T(a)]"},
		"nil target": {braid.Is(nil), "nil"},
	} {
		wantShape(t, name, braid.Subgroup(err, c.match), c.want)
	}
}

func TestAsyncio110_114_AFullMatchIsTheReceiverItself(t *testing.T) {
	for name, err := range map[string]error{
		"leaf":    io.EOF,
		"wrapped": fmt.Errorf("x: %w", io.EOF),
		"group":   group(task("x", io.EOF), task("y", group(task("z", io.EOF), task("w", io.EOF)))),
		"join":    errors.Join(io.EOF, fmt.Errorf("%w %w", io.EOF, io.EOF)),
	} {
		if m, r := braid.Split(err, braid.Is(io.EOF)); m != err || r != nil {
			t.Errorf("%s: got %v and %v, want the receiver and nil", name, m, r)
		}
		if braid.Subgroup(err, braid.Is(io.EOF)) != err {
			t.Errorf("%s: Subgroup is not the receiver", name)
		}
	}
}

func TestAsyncio111_114_NoMatchIsNilAndTheReceiver(t *testing.T) {
	err := error(group(task("x", errA), task("y", errors.Join(errB, errC))))
	m, r := braid.Split(err, braid.Is(io.EOF))
	if m != nil || r != err {
		t.Errorf("got %v and %v", m, r)
	}
	if braid.Subgroup(err, braid.Is(io.EOF)) != nil {
		t.Error("Subgroup is not an untyped nil")
	}
}

func TestRule4_5_SplitKeepsShapePathsAndOrder(t *testing.T) { // asyncio 112, 114, 117, 118
	inner := braid.NewGroupError("server/in", 0,
		braid.NewTaskError("server/in", "p", errA),
		braid.NewTaskError("server/in", "q", errors.Join(errB, errA)))
	err := group(task("x", errA), task("in", fmt.Errorf("loading: %w", inner)), task("y", fmt.Errorf("%w and %w", errB, errC)))
	m, r := braid.Split(err, braid.Is(errA))
	wantShape(t, "matched", m, "G[T(a) T(W(G[T(a) T(J[a])]))]")
	wantShape(t, "rest", r, "G[T(W(G[T(J[b])])) T(M[b c])]")
	if got, want := leaves(m), []string{"server/x:a", "server/in/p:a", "server/in/q:a"}; !slices.Equal(got, want) {
		t.Errorf("matched has %q, want %q", got, want)
	}
	if got, want := leaves(r), []string{"server/in/q:b", "server/y:b", "server/y:c"}; !slices.Equal(got, want) {
		t.Errorf("rest has %q, want %q", got, want)
	}
	part := m.(*braid.GroupError)
	if part.Path() != "server" || part.Opened() != err.Opened() {
		t.Error("the part lost the group's path or site")
	}
	if r.(*braid.GroupError).Errors()[1] != err.Errors()[2] {
		t.Error("a task nothing was taken from is a copy")
	}
}

// What an error says besides, to Retry for one, goes with each part of it.
func TestRule4_5_WrappersOfOursSurviveACut(t *testing.T) {
	cut := func(err error) error { _, rest := braid.Split(err, braid.Is(errOne)); return rest }
	pair := errors.Join(errOne, errTwo)
	attempts := 0
	_, err := braid.Retry(t.Context(), braid.Policy{Attempts: 3}, func(context.Context) (int, error) {
		attempts++
		return 0, cut(braid.Permanent(pair))
	})
	if attempts != 1 || !errors.Is(err, errTwo) {
		t.Errorf("%d attempts: %v", attempts, err)
	}
	var after interface{ RetryAfter() time.Duration }
	if !errors.As(cut(braid.RetryAfter(pair, time.Minute)), &after) || after.RetryAfter() != time.Minute {
		t.Error("what says how long to wait is gone")
	}
	late := braid.Timeout(t.Context(), time.Millisecond, func(ctx context.Context) error { <-ctx.Done(); return pair })
	if te, ok := braid.TimedOut(cut(late)); !ok || te.After != time.Millisecond {
		t.Errorf("no timeout is attached to %v", cut(late))
	}
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if want == context.DeadlineExceeded {
			var stop func()
			ctx, stop = context.WithDeadlineCause(t.Context(), time.Unix(0, 0), pair)
			defer stop()
		}
		cancel(pair)
		<-ctx.Done()
		err := braid.Run(ctx, func(context.Context, *braid.Group) error { return nil })
		if _, ok := errors.AsType[*braid.Cancellation](cut(err)); !ok || !errors.Is(cut(err), want) || errors.Is(cut(err), errOne) {
			t.Errorf("%v: left is %v", err, cut(err))
		}
	}
}

func TestRule4_5_TheFlagsOfATaskSurviveACut(t *testing.T) { // asyncio 121
	late := task("x", errors.Join(errA, errB))
	late.AfterCancel = true
	m, r := braid.Split(late, braid.Is(errA))
	for _, part := range []error{m, r} {
		te := part.(*braid.TaskError)
		if te == late || !te.AfterCancel || te.Path() != "server/x" || te.Spawned() != late.Spawned() {
			t.Errorf("%+v is no faithful copy", te)
		}
	}
	m.(*braid.TaskError).AfterCancel = false
	if !r.(*braid.TaskError).AfterCancel || !late.AfterCancel {
		t.Error("the parts are not independent")
	}
}

func TestRule4_5_ThePrimaryGoesWithItsPart(t *testing.T) {
	first, second := task("x", errA), task("y", errors.Join(errB, errC))
	err := group(first, second)
	m, r := braid.Split(err, braid.Is(errA))
	if m.(*braid.GroupError).Primary() != first || r.(*braid.GroupError).Primary() != nil {
		t.Error("the primary is not where its failure is")
	}
	braid.SetPrimary(err, second)
	m, r = braid.Split(err, braid.Is(errB))
	for _, part := range []error{m, r} {
		g := part.(*braid.GroupError)
		if g.Primary() == nil || g.Primary() == second || error(g.Primary()) != g.Errors()[len(g.Errors())-1] {
			t.Errorf("primary of %v is %v, want the copy that is in it", g, g.Primary())
		}
	}
}

func TestRule4_5_TheCountOfTheDroppedGoesToRest(t *testing.T) {
	m, r := braid.Split(braid.NewGroupError("s", 9, errA, errB), braid.Is(errA))
	if m.(*braid.GroupError).Dropped() != 0 || r.(*braid.GroupError).Dropped() != 9 {
		t.Errorf("dropped: %v and %v", m, r)
	}
}

func TestRule4_5_WhatAGroupDoesNotTellIsNeverTakenByItsErrors(t *testing.T) {
	for _, errs := range [][]error{{errA}, {errA, errA}} {
		err := fmt.Errorf("closing: %w", braid.NewGroupError("s", 9, errs...))
		m, r := braid.Split(err, braid.Is(errA))
		if got := r.Error(); got != "closing: s (9 errors dropped)" {
			t.Errorf("the rest is %q", got)
		}
		if errors.Is(r, errA) || !errors.Is(m, errA) || strings.Contains(m.Error(), "dropped") {
			t.Errorf("matched %v, rest %v", m, r)
		}
		if m, r := braid.Split(r, braid.Is(errA)); m != nil || r.Error() != "closing: s (9 errors dropped)" {
			t.Errorf("the rest split again: %v and %v", m, r)
		}
		if m, r := braid.Split(err, braid.As[*braid.GroupError]()); m != err || r != nil {
			t.Errorf("who takes the group takes all: %v and %v", m, r)
		}
		leaves := 0
		for range braid.Leaves(err) {
			leaves++
		}
		if leaves != len(errs) {
			t.Errorf("%d leaves of %d errors", leaves, len(errs))
		}
	}
}

func TestRule4_5_WhatCutAGroupShortIsNeverTakenByItsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errA })
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			synctest.Wait()
			cancel()
			return nil
		}, braid.Supervised)
		ge := err.(*braid.GroupError)
		m, r := braid.Split(err, braid.Is(errA))
		if !errors.Is(m, errA) || m.(*braid.GroupError).Cut() != nil || r != ge.Cut() || !errors.Is(r, context.Canceled) {
			t.Errorf("got %v and %v of %v", m, r, err)
		}
	})
}

func TestRule4_5_NilMatchersArePanics(t *testing.T) {
	wantPanic(t, "braid: Split called with a nil Matcher", func() { braid.Split(nil, nil) })
	wantPanic(t, "braid: Subgroup called with a nil Matcher", func() { braid.Subgroup(nil, nil) })
}

func wantPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != want {
			t.Errorf("panic is %v, want %q", got, want)
		}
	}()
	f()
}

func TestRule4_5_AnyNodeOfALeafTakesTheWholeLeaf(t *testing.T) {
	leaf := fmt.Errorf("outer: %w", fmt.Errorf("inner: %w", &fs.PathError{Op: "open", Path: "f", Err: io.EOF}))
	for _, match := range []braid.Matcher{
		braid.Is(leaf), braid.Is(errors.Unwrap(leaf)), braid.As[*fs.PathError](), braid.Is(io.EOF),
	} {
		m, r := braid.Split(group(task("x", leaf), task("y", errB)), match)
		if m.(*braid.GroupError).Errors()[0].(*braid.TaskError).Err != leaf || strings.Contains(r.Error(), "outer") {
			t.Errorf("got %v and %v", m, r)
		}
	}
}

func TestRule4_5_TimeoutsAndPanicsAreCopiedAboveABranch(t *testing.T) {
	te := &braid.TimeoutError{Name: "db", Err: group(task("x", errA), task("y", errB))}
	m, r := braid.Split(te, braid.Is(errA))
	for _, part := range []error{m, r} {
		if got, ok := part.(*braid.TimeoutError); !ok || got.Name != "db" || !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("%v is no timeout", part)
		}
	}
	m, r = braid.Split(&braid.PanicError{Value: errors.Join(errA, errB), Path: "p"}, braid.Is(errA))
	if !errors.Is(m, errA) || errors.Is(m, errB) || errors.Is(r, errA) || r.(*braid.PanicError).Path != "p" {
		t.Errorf("got %v and %v", m, r)
	}
}

func TestAsyncio116_LeavesAreDepthFirstWithTheInnermostPath(t *testing.T) {
	err := errors.Join(
		errA,
		group(task("x", errors.Join(errA, errB)), task("y", group(braid.NewTaskError("server/y", "z", fmt.Errorf("w: %w", errC))))),
		task("q", braid.NewTaskError("server/q", "r", errA)),
		errB)
	want := []string{":a", "server/x:a", "server/x:b", "server/y/z:w: c", "server/q/r:a", ":b"}
	if got := leaves(err); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for range braid.Leaves(err) {
		break // must not go on
	}
}

func TestAsyncio119_APredicateIsAskedOfGroupsToo(t *testing.T) {
	inner := task("in", group(task("x", errA), task("y", errB)))
	err := group(task("p", errA), inner)
	asked := 0
	m, r := braid.Split(err, func(n error) bool {
		asked++
		te, ok := n.(*braid.TaskError)
		return ok && te.Path() == "server/in"
	})
	if m.(*braid.GroupError).Errors()[0] != error(inner) || asked != 4 {
		t.Errorf("matched is %s after %d questions, want the inner node itself after 4", shape(m), asked)
	}
	wantShape(t, "rest", r, "G[T(a)]")
}

// coded is a foreign group type that knows how to make smaller ones of its kind.
type coded struct {
	code int
	errs []error
}

func (c *coded) Error() string             { return fmt.Sprint("coded ", c.code) }
func (c *coded) Unwrap() []error           { return c.errs }
func (c *coded) Derive(errs []error) error { return &coded{c.code, errs} }

func TestAsyncio124_AForeignGroupWithoutDeriveKeepsItsText(t *testing.T) {
	err := fmt.Errorf("saving: %w, then %w, then %w", errors.New("one"), errors.New("two"), io.EOF)
	m, r := braid.Split(fmt.Errorf("job: %w", err), braid.Is(io.EOF))
	if got, want := m.Error(), "job: saving: …, then …, then EOF"; got != want {
		t.Errorf("matched says %q, want %q", got, want)
	}
	if got, want := r.Error(), "job: saving: one, then two, then …"; got != want {
		t.Errorf("rest says %q, want %q", got, want)
	}
}

func TestAsyncio126_DeriveKeepsTypeAndFieldsAtEveryLevel(t *testing.T) {
	m, r := braid.Split(&coded{1, []error{errA, &coded{2, []error{errA, errB}}}}, braid.Is(errA))
	for _, part := range []error{m, r} {
		c, ok := part.(*coded)
		if !ok || c.code != 1 {
			t.Fatalf("%T %v", part, part)
		}
		if in, ok := c.errs[len(c.errs)-1].(*coded); !ok || in.code != 2 {
			t.Errorf("inner is %v", c.errs)
		}
	}
}

func TestAsyncio127_ACancellationIsSplitFromARealError(t *testing.T) {
	m, r := braid.Split(errors.Join(context.Canceled, errA), braid.Is(context.Canceled))
	wantShape(t, "matched", m, "J[context canceled]")
	wantShape(t, "rest", r, "J[a]")
}

func TestPartitionKeepsWithoutLookingBelow(t *testing.T) {
	kept := task("in", errors.Join(errA, errB))
	m, r := braid.Partition(group(kept, task("x", errA)), func(n error) rune {
		switch n {
		case error(kept):
			return 'k'
		case errA:
			return 't'
		}
		return 'd'
	})
	wantShape(t, "matched", m, "G[T(a)]")
	wantShape(t, "rest", r, "G[T(J[a b])]")
	if r.(*braid.GroupError).Errors()[0] != error(kept) {
		t.Error("what was kept is a copy")
	}
	// The first word on a leaf decides, from the outside in.
	leaf := fmt.Errorf("w: %w", errA)
	m, r = braid.Partition(leaf, func(n error) rune {
		if n == leaf {
			return 'k'
		}
		return 't'
	})
	if m != nil || r != leaf {
		t.Errorf("got %v and %v", m, r)
	}
}

func TestSplittingAnErrorThatIsNoTreeDoesNotAllocate(t *testing.T) {
	err := task("x", fmt.Errorf("reading: %w", fmt.Errorf("header: %w", io.EOF)))
	for name, match := range map[string]braid.Matcher{"hit": braid.Is(io.EOF), "miss": braid.As[*codeError]()} {
		if n := testing.AllocsPerRun(100, func() { braid.Split(err, match) }); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}
