package braid_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/braid-go/braid"
)

type nameError struct{ name string }

func (e *nameError) Error() string { return "name " + e.name }

func handled(error) error       { return nil }
func givenBack(err error) error { return err }

func code(n int) *codeError    { return &codeError{n} }
func name(s string) *nameError { return &nameError{s} }
func isCode() braid.Matcher    { return braid.As[*codeError]() }
func isName() braid.Matcher    { return braid.As[*nameError]() }

// eg is codes and names in a group with an inner one.
func eg() *braid.GroupError {
	return group(task("1", code(1)), task("in", group(task("2", name("p")), task("3", code(2)))), task("4", errA), task("5", name("q")))
}

func TestRule4_6_NothingToCatchRunsNothing(t *testing.T) {
	never := func(error) error { t.Error("a clause ran"); return nil }
	if braid.Catch(nil, braid.When(isCode(), never)) != nil {
		t.Error("not nil")
	}
	if err := eg(); braid.Catch(err) != error(err) {
		t.Error("without clauses it is not err itself")
	}
}

func TestAsyncio129_137_WithoutAMatchTheOriginalPropagates(t *testing.T) {
	for _, err := range []error{io.EOF, group(task("x", errA), task("y", errB)), errors.Join(errA, errB)} {
		got := braid.Catch(err, braid.When(isCode(), func(error) error { t.Error("ran"); return nil }))
		if got != err {
			t.Errorf("got %v, want %v itself", got, err)
		}
	}
}

func TestAsyncio130_AllHandledIsNil(t *testing.T) {
	err := error(group(task("x", code(1)), task("y", code(2))))
	ran := 0
	got := braid.Catch(err, braid.When(isCode(), func(e error) error {
		ran++
		if e != err {
			t.Errorf("given %v, want the original", e)
		}
		return nil
	}))
	if got != nil || ran != 1 {
		t.Errorf("got %v after %d runs", got, ran)
	}
}

func TestAsyncio131_PartialMatchPropagatesTheRest(t *testing.T) {
	var given error
	rest := braid.Catch(group(task("x", code(1)), task("y", errA)), braid.When(isCode(), func(e error) error { given = e; return nil }))
	wantShape(t, "given", given, "G[T(code 1)]")
	wantShape(t, "rest", rest, "G[T(a)]")
	if rest.(*braid.GroupError).Path() != "server" {
		t.Error("the rest lost its path")
	}
}

func TestAsyncio132_133_134_NestingIsKeptAndOnlyEmptyGroupsVanish(t *testing.T) {
	var given error
	rest := braid.Catch(eg(), braid.When(isName(), func(e error) error { given = e; return nil }))
	wantShape(t, "given", given, "G[T(G[T(name p)]) T(name q)]")
	wantShape(t, "rest", rest, "G[T(code 1) T(G[T(code 2)]) T(a)]")
	rest = braid.Catch(rest, braid.When(isCode(), handled))
	wantShape(t, "rest of that", rest, "G[T(a)]")
}

func TestAsyncio135_136_APlainErrorIsATreeOfOne(t *testing.T) {
	want := code(1)
	got := braid.Catch(want, braid.On(func(err error, codes []*codeError) error {
		if err != error(want) || !slices.Equal(codes, []*codeError{want}) {
			t.Errorf("given %v and %v", err, codes)
		}
		return nil
	}))
	if got != nil {
		t.Errorf("got %v", got)
	}
	whole := error(eg())
	braid.Catch(whole, braid.On(func(err error, all []error) error {
		if err != whole || len(all) != 1 || all[0] != whole {
			t.Errorf("an E that matches the group gets %v", all)
		}
		return nil
	}))
}

func TestRule4_6_OnGivesTheValuesInOrder(t *testing.T) { // asyncio 138
	err := group(task("1", fmt.Errorf("w: %w", code(1))), task("2", errA), task("3", errors.Join(code(2), errors.Join(code(3), errB))))
	var got []int
	clause := braid.On(func(err error, codes []*codeError) error {
		for _, c := range codes {
			got = append(got, c.code)
		}
		return nil
	})
	for range 2 { // a clause can be used again
		got = nil
		braid.Catch(err, braid.When(braid.Is(errA), handled), clause)
		if !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("got %v", got)
		}
	}
}

func TestAsyncio139_140_EachLeafGoesToTheFirstClauseThatMatches(t *testing.T) {
	var first, second, third error
	rest := braid.Catch(eg(),
		braid.When(braid.Is(errA), func(e error) error { first = e; return nil }),
		braid.When(isCode(), func(e error) error { second = e; return nil }),
		braid.When(func(n error) bool { return isCode()(n) || isName()(n) }, func(e error) error { third = e; return nil }),
		braid.When(isCode(), func(error) error { t.Error("nothing was left for it"); return nil }))
	wantShape(t, "first", first, "G[T(a)]")
	wantShape(t, "second", second, "G[T(code 1) T(G[T(code 2)])]")
	wantShape(t, "third", third, "G[T(G[T(name p)]) T(name q)]")
	if rest != nil {
		t.Errorf("rest is %v", rest)
	}
}

func TestRule4_6_AClauseIsAskedOfWhatTheOthersLeft(t *testing.T) {
	err := group(task("1", code(1)), task("2", errA))
	// errors.Is looks below the node it is asked of; what is taken is not there any more.
	rest := braid.Catch(err, braid.When(braid.Is(errA), handled), braid.When(func(n error) bool { return errors.Is(n, errA) }, func(error) error {
		t.Error("it matched an error that another clause has taken")
		return nil
	}))
	wantShape(t, "rest", rest, "G[T(code 1)]")
	var given error
	rest = braid.Catch(eg(), braid.When(isName(), givenBack), braid.When(func(n error) bool { _, ok := n.(*braid.GroupError); return ok }, func(e error) error { given = e; return nil }))
	wantShape(t, "a clause that takes groups", given, "G[T(code 1) T(G[T(code 2)]) T(a)]")
	wantShape(t, "rest", rest, "G[T(G[T(name p)]) T(name q)]")
}

func TestAsyncio142_AllGivenBackIsTheOriginal(t *testing.T) {
	err := error(eg())
	if got := braid.Catch(err, braid.When(isName(), givenBack), braid.When(isCode(), givenBack)); got != err {
		t.Errorf("got %v, want the original itself", got)
	}
}

func TestAsyncio143_GivenBackAndUnmatchedMergeInOriginalShape(t *testing.T) {
	got := braid.Catch(eg(), braid.When(braid.Is(errA), handled), braid.When(isName(), givenBack))
	wantShape(t, "result", got, "G[T(code 1) T(G[T(name p) T(code 2)]) T(name q)]")
	got = braid.Catch(eg(), braid.When(isCode(), handled), braid.When(isName(), givenBack), braid.When(braid.Is(errA), handled))
	wantShape(t, "result", got, "G[T(G[T(name p)]) T(name q)]")
}

func TestAsyncio144_APlainErrorGivenBackIsItself(t *testing.T) {
	if got := braid.Catch(io.EOF, braid.When(braid.Is(io.EOF), givenBack)); got != io.EOF {
		t.Errorf("got %v", got)
	}
}

func TestAsyncio145_NewErrorsComeFirstAndTheRestIsOne(t *testing.T) {
	got := braid.Catch(eg(), braid.When(isName(), func(error) error { return errB }), braid.When(isCode(), func(error) error { return errC }))
	wantShape(t, "result", got, "J[b c G[T(a)]]")
}

func TestAsyncio146_OneNewErrorAloneIsBare(t *testing.T) {
	got := braid.Catch(group(task("x", code(1)), task("y", code(2))), braid.When(isCode(), func(error) error { return errB }))
	if got != errB {
		t.Errorf("got %v", got)
	}
}

func TestAsyncio147_TwoNewErrorsAreJoined(t *testing.T) {
	got := braid.Catch(group(task("x", code(1)), task("y", name("p"))),
		braid.When(isCode(), func(error) error { return errB }), braid.When(isName(), func(error) error { return errC }))
	wantShape(t, "result", got, "J[b c]")
}

func TestAsyncio148_AWrapperOrAPartOfWhatWasGivenIsNew(t *testing.T) {
	got := braid.Catch(eg(), braid.When(isCode(), func(e error) error { return fmt.Errorf("handling: %w", e) }))
	var c *codeError
	if !errors.As(got, &c) {
		t.Error("the cause is lost")
	}
	wantShape(t, "result", got, "J[W(G[T(code 1) T(G[T(code 2)])]) G[T(G[T(name p)]) T(a) T(name q)]]")
	got = braid.Catch(eg(), braid.When(isCode(), func(e error) error { return braid.Subgroup(e, braid.Is(e.(*braid.GroupError).Errors()[0])) }))
	wantShape(t, "result", got, "J[G[T(code 1)] G[T(G[T(name p)]) T(a) T(name q)]]")
}

func TestAsyncio149_DeriveSurvivesCatch(t *testing.T) {
	got := braid.Catch(&coded{3, []error{errA, code(1)}}, braid.When(isCode(), handled))
	if c, ok := got.(*coded); !ok || c.code != 3 || len(c.errs) != 1 {
		t.Errorf("got %#v", got)
	}
}

func TestAsyncio150_ATypedNilFromAClauseIsNil(t *testing.T) {
	for _, nothing := range []error{(*codeError)(nil), multi(nil), (*braid.GroupError)(nil)} {
		if got := braid.Catch(code(1), braid.When(isCode(), func(error) error { return nothing })); got != nil {
			t.Errorf("%T: got %#v", nothing, got)
		}
	}
}

func TestAsyncio128_EveryClauseHasItsChance(t *testing.T) {
	ran := 0
	clause := func(m braid.Matcher) braid.Clause {
		return braid.When(m, func(error) error { ran++; return errB })
	}
	braid.Catch(eg(), clause(isCode()), clause(isName()), clause(braid.Is(errA)))
	if ran != 3 {
		t.Errorf("%d clauses ran", ran)
	}
}

func TestRule4_6_TheCountOfTheDroppedStaysWithTheRemainder(t *testing.T) {
	got := braid.Catch(braid.NewGroupError("s", 9, errA, errB, errC), braid.When(braid.Is(errA), handled),
		braid.When(braid.Is(errB), func(e error) error {
			if n := e.(*braid.GroupError).Dropped(); n != 0 {
				t.Errorf("the clause was given %d dropped", n)
			}
			return e
		}))
	if n := got.(*braid.GroupError).Dropped(); n != 9 {
		t.Errorf("%d dropped remain", n)
	}
}

func TestRule4_6_TheDroppedAreNotHandledWithTheKept(t *testing.T) {
	err := braid.NewGroupError("s", 9, errA, errB)
	if got := braid.Catch(err, braid.When(braid.Is(errA), handled), braid.When(braid.Is(errB), handled)); got == nil || got.Error() != "s (9 errors dropped)" {
		t.Errorf("got %v", got)
	}
	back := func(err error) error { return err }
	if got := braid.Catch(err, braid.When(braid.Is(errA), back), braid.When(braid.Is(errB), back)); got != err {
		t.Errorf("all went back, and it is %v", got)
	}
	if got := braid.Catch(err, braid.When(braid.Is(errA), handled), braid.Otherwise(handled)); got != nil {
		t.Errorf("Otherwise left %v", got)
	}
}

func TestRule4_6_MisuseIsAPanicAtTheCall(t *testing.T) {
	wantPanic(t, "braid: On called with a nil function", func() { braid.On[error](nil) })
	wantPanic(t, "braid: When called with a nil Matcher", func() { braid.When(nil, handled) })
	wantPanic(t, "braid: When called with a nil function", func() { braid.When(isCode(), nil) })
	wantPanic(t, "braid: Catch called with an empty Clause; On, When and Otherwise make them", func() { braid.Catch(nil, braid.Clause{}) })
	wantPanic(t, "mine", func() { braid.Catch(errA, braid.When(braid.Is(errA), func(error) error { panic("mine") })) })
}
