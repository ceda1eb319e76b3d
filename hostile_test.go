package braid_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// Foreign error types that do what they should not.

// multi is a value that cannot be compared.
type multi []error

func (m multi) Error() string   { return fmt.Sprintf("multi of %d", len(m)) }
func (m multi) Unwrap() []error { return m }

// weird is a leaf that cannot be compared.
type weird struct{ data []int }

func (weird) Error() string { return "weird" }

// knot is a wrapper, perhaps of itself.
type knot struct{ in error }

func (k *knot) Error() string { return "knot" }
func (k *knot) Unwrap() error { return k.in }

// mesh is a multi-error, perhaps of itself.
type mesh struct{ errs []error }

func (m *mesh) Error() string   { return "mesh" }
func (m *mesh) Unwrap() []error { return m.errs }

// forge has another one below it for ever; fork has two.
type forge struct{ n int }

func (forge) Error() string   { return "forge" }
func (f forge) Unwrap() error { return forge{f.n + 1} }

type forgeTwo struct{ n int }

func (forgeTwo) Error() string     { return "forgeTwo" }
func (f forgeTwo) Unwrap() []error { return []error{&forgeTwo{f.n + 1}, &forgeTwo{f.n + 1}} }

// bomb panics whatever it is asked.
type bomb struct{}

func (bomb) Error() string        { panic("Error") }
func (bomb) Is(error) bool        { panic("Is") }
func (bomb) As(any) bool          { panic("As") }
func (bomb) Unwrap() error        { panic("Unwrap") }
func (bomb) Derive([]error) error { panic("Derive") }

// bombs panics when it is to be made anew.
type bombs struct{ errs []error }

func (bombs) Error() string        { panic("Error") }
func (b bombs) Unwrap() []error    { return b.errs }
func (bombs) Derive([]error) error { panic("Derive") }

// nilDerive says it can and then does not.
type nilDerive struct{ *mesh }

func (nilDerive) Derive([]error) error { return (*mesh)(nil) }

// promptly fails the test if f has not returned soon: most of these would
// never return.
func promptly(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal("it hangs")
	}
}

func splitAll(err error) (m, r error) {
	for range braid.Leaves(err) {
	}
	for _, match := range []braid.Matcher{braid.Is(weird{}), braid.As[*codeError](), braid.Is(io.EOF)} {
		m, r = braid.Split(err, match)
		braid.Catch(err, braid.When(match, func(error) error { return nil }), braid.On(func(error, []*fmtError) error { return nil }))
	}
	return m, r
}

type fmtError struct{ error }

func TestRule4_7_PanickingMethodsCountAsNo(t *testing.T) {
	m, r := splitAll(group(task("x", bomb{}), task("y", io.EOF), task("z", bombs{[]error{io.EOF, errA}}), task("w", nilDerive{&mesh{[]error{io.EOF, errA}}})))
	if got := shape(m); got != "G[T(EOF) T(M[EOF]) T(M[EOF])]" {
		t.Errorf("matched is %s", got)
	}
	for _, part := range []error{m, r} {
		if fmt.Sprintf("%v %+v", part, part) == "" {
			t.Error("it does not print")
		}
	}
}

func TestRule4_7_CyclesEnd(t *testing.T) {
	self := &knot{}
	self.in = self
	far := &knot{}
	far.in = fmt.Errorf("back: %w", fmt.Errorf("back: %w", far))
	slice := multi{nil, io.EOF, nil, nil}
	slice[0], slice[2] = slice, fmt.Errorf("x: %w", slice)
	ring := &mesh{}
	ring.errs = []error{io.EOF, &knot{ring}, task("x", ring), ring, errA}
	owed := task("x", nil)
	owed.Err = group(owed, task("y", io.EOF), task("z", errA))
	only := &mesh{}
	only.errs = []error{only, only}
	all := group(task("1", self), task("2", far), task("3", slice), task("4", ring), owed, task("6", only))
	promptly(t, func() {
		for _, err := range []error{self, far, slice, ring, owed, only, all} {
			m, r := splitAll(err)
			if m == nil && r == nil {
				t.Errorf("%T vanished", err)
			}
		}
		m, r := splitAll(ring)
		wantShape(t, "matched of a ring", m, "M[EOF]")
		wantShape(t, "rest of a ring", r, "M[a]")
		_ = fmt.Sprintf("%v", owed)
	})
}

func TestRule4_7_ACycleOfOurOwnPrintsAndEnds(t *testing.T) {
	self := task("x", nil)
	self.Err = group(self)
	promptly(t, func() { _ = fmt.Sprintf("%v %+v", self, self) })
}

func TestRule4_7_ErrorsForgedWithoutEndEnd(t *testing.T) {
	promptly(t, func() {
		splitAll(forge{})
		if m, r := braid.Split(&forgeTwo{}, braid.Is(io.EOF)); m != nil || r == nil {
			t.Errorf("got %v and %v", m, r)
		}
		many := []error{io.EOF}
		for range 1000 {
			many = append(many, task("f", forge{}), task("g", &forgeTwo{}))
		}
		many = append(many, fmt.Errorf("reading: %w", io.EOF))
		m, _ := braid.Split(group(many...), braid.Is(io.EOF))
		wantShape(t, "matched", m, "G[EOF reading: EOF]")
	})
}

func TestRule4_7_BranchesThatContainEachOtherCrosswiseEnd(t *testing.T) {
	all := make([]*mesh, 12)
	for i := range all {
		all[i] = &mesh{}
	}
	for _, m := range all {
		for _, n := range all {
			m.errs = append(m.errs, n)
		}
		m.errs = append(m.errs, io.EOF)
	}
	promptly(t, func() { braid.Split(all[0], braid.Is(io.EOF)) })
	// The same without cycles: each level has the next one twice.
	var doubled error = errors.Join(io.EOF, errA)
	for range 60 {
		doubled = errors.Join(doubled, doubled)
	}
	promptly(t, func() { braid.Split(doubled, braid.Is(io.EOF)) })
}

func TestRule4_7_ABranchThatOccursTwiceIsSplitTwice(t *testing.T) {
	shared := errors.Join(errA, errB)
	m, r := braid.Split(group(task("x", shared), task("y", shared)), braid.Is(errA))
	wantShape(t, "matched", m, "G[T(J[a]) T(J[a])]")
	wantShape(t, "rest", r, "G[T(J[b]) T(J[b])]")
}

func TestAsyncio152_153_ErrorsThatCannotBeComparedNeverPanic(t *testing.T) {
	w := weird{[]int{1}}
	m, r := braid.Split(multi{w, errA}, braid.Is(w))
	if m != nil || shape(r) != "M[weird a]" {
		t.Errorf("got %v and %v", m, r)
	}
	wantShape(t, "by type", braid.Subgroup(multi{w, errA}, braid.As[weird]()), "M[weird]")
	for _, err := range []error{w, multi{w, errA}, group(task("x", w), task("y", multi{w}))} {
		got := braid.Catch(err, braid.On(func(err error, _ []weird) error { return err }))
		if shape(got) != shape(err) {
			t.Errorf("given back: %s, want %s", shape(got), shape(err))
		}
	}
}

const huge = 100_000

func TestRule4_7_AHundredThousandLeaves(t *testing.T) {
	var errs []error
	for i := range huge {
		errs = append(errs, task("x", []error{errA, errB}[i%2]))
	}
	err := group(errs...)
	promptly(t, func() {
		m, r := braid.Split(err, braid.Is(errA))
		if len(leaves(m)) != huge/2 || len(leaves(r)) != huge/2 {
			t.Error("a part has the wrong size")
		}
		back := braid.Catch(err, braid.When(braid.Is(errA), func(e error) error { return e }), braid.When(braid.Is(errB), func(e error) error { return e }))
		if back != error(err) {
			t.Error("given back whole, it is not the original")
		}
		if n := len(err.Error()); n > 1000 {
			t.Errorf("one line has %d bytes", n)
		}
		_ = fmt.Sprintf("%+v", err)
	})
}

func TestRule4_7_AHundredThousandLevels(t *testing.T) { // asyncio 115
	ours, mixed := error(errA), error(errA)
	wrapped := error(errors.Join(errA, errB))
	for range huge {
		ours = group(task("x", ours), task("y", errB))
		mixed = &mesh{[]error{&knot{mixed}, errB}}
		wrapped = &knot{wrapped}
	}
	single := error(task("x", errA))
	for range huge {
		single = group(task("x", single))
	}
	// As the engine makes them: each group is opened in a task of the one above.
	outer := braid.NewTaskError("", "t", errA)
	nested := error(group(outer))
	for range huge {
		inner := braid.NewTaskError("", "t", errA)
		in := braid.NewGroupError("", 0, inner, braid.NewTaskError("", "u", errB))
		braid.NestUnder(outer, in)
		outer.Err, outer = in, inner
	}
	promptly(t, func() {
		for name, err := range map[string]error{"nested": nested, "ours": ours, "mixed": mixed, "wrapped": wrapped} {
			m, r := braid.Split(err, braid.Is(errA))
			if !errors.Is(m, errA) || errors.Is(m, errB) || !errors.Is(r, errB) || errors.Is(r, errA) {
				t.Errorf("%s: not split", name)
			}
		}
		if m, _ := braid.Split(single, braid.Is(errA)); m != single {
			t.Error("single: not the receiver")
		}
		if got := single.Error(); got != "server/x: a" {
			t.Errorf("one line is %q", got)
		}
		for _, err := range []error{ours, single, nested} {
			_ = fmt.Sprintf("%v", err)
			_ = fmt.Sprintf("%+v", err)
		}
		m, _ := braid.Split(wrapped, braid.Is(errA))
		_ = m.Error()
	})
}
