package braid_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/braid-go/braid"
)

// grower makes a random error tree from the bytes of a fuzzer.
type grower struct {
	data []byte
	made []error // what there is to be tied to again
	tied int     // how often something occurs again, or contains itself
	n    int
}

func (g *grower) byte() byte {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return b
}

func (g *grower) kids(depth int) (errs []error) {
	for range g.byte()%4 + 1 {
		errs = append(errs, g.tree(depth-1))
	}
	return errs
}

func (g *grower) tree(depth int) (err error) {
	g.n++
	kind := g.byte()
	if depth == 0 || g.n > 200 {
		kind %= 6
	}
	switch kind % 20 {
	case 0:
		return &codeError{g.n}
	case 1:
		return &nameError{fmt.Sprint(g.n)}
	case 2:
		return weird{[]int{g.n}}
	case 3:
		return bomb{}
	case 4:
		return fmt.Errorf("w%d: %w", g.n, &codeError{g.n})
	case 5:
		return io.EOF
	case 6, 7, 8:
		err = braid.NewGroupError("g", 0, g.kids(depth)...)
	case 9, 10:
		err = braid.NewTaskError("g", fmt.Sprint(g.n), g.tree(depth-1))
	case 11:
		err = errors.Join(g.kids(depth)...)
	case 12:
		err = fmt.Errorf("%d %w %w", g.n, g.tree(depth-1), g.tree(depth-1))
	case 13:
		err = &knot{g.tree(depth - 1)}
	case 14:
		err = &coded{g.n, g.kids(depth)}
	case 15:
		err = multi(append(g.kids(depth), nil))
	case 16:
		err = bombs{g.kids(depth)}
	case 17:
		err = &braid.TimeoutError{Err: g.tree(depth - 1)}
	case 18: // something that occurs already
		if len(g.made) == 0 || g.tied == 4 { // more would unfold to millions
			return errA
		}
		g.tied++
		return g.made[int(g.byte())%len(g.made)]
	case 19: // something that will contain itself
		m := &mesh{}
		g.made = append(g.made, m)
		m.errs = g.kids(depth)
		return m
	}
	g.made = append(g.made, err)
	return err
}

// leafList gives the leaves with their paths, as text: not all can be compared.
func leafList(err error) (all []string) {
	for path, leaf := range braid.Leaves(err) {
		all = append(all, fmt.Sprintf("%s %T %v", path, leaf, leaf))
	}
	return all
}

// inOrder says whether part is what is left of all when some are left out.
func inOrder(part, all []string) bool {
	for _, s := range part {
		i := slices.Index(all, s)
		if i < 0 {
			return false
		}
		all = all[i+1:]
	}
	return true
}

func FuzzSplitLaws(f *testing.F) {
	for _, seed := range []string{"", "\x06\x03\x00\x01\x04", "\x06\x03\x09\x00\x0b\x02\x01\x00\x01\x05", "\x13\x03\x12\x00\x00\x01\x13\x02\x12\x01\x00",
		"\x06\x03\x0d\x06\x01\x00\x01\x10\x02\x00\x01\x05\x0f\x01\x00\x02\x0e\x01\x00\x01", "\x11\x0c\x06\x03\x00\x01\x02\x03\x0c\x00\x01"} {
		f.Add([]byte(seed), byte(len(seed)))
	}
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		g := &grower{data: data}
		err := g.tree(6)
		matchers := []braid.Matcher{
			braid.As[*codeError](), braid.Is(io.EOF), braid.As[*braid.TaskError](), braid.As[weird](),
			func(n error) bool { _, ok := n.(*coded); return ok },
			func(n error) bool { return true },
		}
		match, second := matchers[which%6], matchers[which/6%6]
		m, r := braid.Split(err, match)
		all, in, out := leafList(err), leafList(m), leafList(r)
		if g.tied == 0 {
			// Complete and disjoint: the two parts have each leaf once.
			both := slices.Sorted(slices.Values(append(slices.Clone(in), out...)))
			if !slices.Equal(both, slices.Sorted(slices.Values(all))) {
				t.Errorf("leaves %q became %q and %q", all, in, out)
			}
			if !inOrder(in, all) || !inOrder(out, all) {
				t.Errorf("order of %q is lost in %q or %q", all, in, out)
			}
			// Idempotent: what matched matches whole, what did not does not.
			if m2, r2 := braid.Split(r, match); m2 != nil || !same(r2, r) {
				t.Errorf("rest of %s has %s that matches", shape(err), shape(m2))
			}
			if m2, r2 := braid.Split(m, match); r2 != nil || !same(m2, m) {
				t.Errorf("what matched of %s has %s that does not match", shape(err), shape(r2))
			}
		}
		// Identity: a full match and no match give the receiver.
		switch {
		case m == nil && r == nil:
			t.Errorf("%s vanished", shape(err))
		case m == nil && !same(r, err), r == nil && !same(m, err):
			t.Errorf("a whole is not the receiver: %v and %v", m, r)
		}
		// Shape: putting everything back where it was gives the receiver.
		put := 0
		back := braid.Catch(err, braid.When(match, func(e error) error { put++; return e }))
		if !same(back, err) {
			t.Error("given back whole, it is not the receiver")
		}
		if (put == 1) != (m != nil) || put > 1 {
			t.Errorf("the clause ran %d times", put)
		}
		// And handling it leaves what Split calls rest.
		rest := leafList(braid.Catch(err, braid.When(match, func(error) error { return nil })))
		if !slices.Equal(rest, out) {
			t.Errorf("Catch left %q, Split %q", rest, out)
		}
		// Subgroup is the matched part.
		if sub := braid.Subgroup(err, match); (sub == nil) != (m == nil) || !slices.Equal(leafList(sub), in) {
			t.Errorf("of %q Subgroup gives %q, Split %q", all, leafList(sub), in)
		}
		// Of two clauses the second is given what matches it of what the first left.
		var given [2][]string
		take := func(i int) func(error) error {
			return func(e error) error { given[i] = append(given[i], leafList(e)...); return nil }
		}
		left := braid.Catch(err, braid.When(match, take(0)), braid.When(second, take(1)))
		if g.tied == 0 {
			m2, r2 := braid.Split(r, second)
			if !slices.Equal(given[0], in) || !slices.Equal(given[1], leafList(m2)) || !slices.Equal(leafList(left), leafList(r2)) {
				t.Errorf("the clauses were given %q, and %q was left", given, leafList(left))
			}
			_ = fmt.Sprintf("%v %+v", err, m)
		}
	})
}

// same is == where there is one, and else sameness of type and leaves.
func same(a, b error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b) && slices.Equal(leafList(a), leafList(b))
		}
	}()
	return a == b
}
