package braidtest

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"testing"
)

// This file tries orders of events.

// Explore runs fn under as many seeds as it is told, each of which is another
// order of what happens at the same time in the groups that fn opens with the
// context it is given, or below: in which order tasks start, and end; whether a
// failure cancels a group before or after something else; who goes on first
// when several may. The first run has the usual order. fn fails a run by
// returning an error that is none to [Accept], by a panic, by leaving anything
// behind (see [Check]), by a deadlock, or if the [Invariant] does not hold.
//
// The first seed that fails ends the test. The message tells the seed, and which
// choices are needed for the failure: fn has run again with fewer of them as long
// as it failed. Both can be run again, see [Replay].
//
//	braidtest.Explore(t, 200, func(ctx context.Context) error {
//		page, err := render(ctx)
//		if err == nil && page.title == "" {
//			err = errors.New("the title is missing")
//		}
//		return err
//	})
//
// Each run has a bubble of testing/synctest, as in [Run]. One task goes on at a
// time where braid has a say: when it starts, when its function has returned, and
// when its failure is about to cancel the group. Where fn spawns, waits, cancels
// or looks at its context, another may go first. Between these places Go's own
// scheduler decides, and what fn's own select and map statements choose is not
// part of the seed: where that matters, a seed may need several tries. What fn
// works on it should make itself, each time anew.
//
// As in any bubble, a goroutine that waits for a mutex or for the world outside
// is not seen as waiting: a mutex that is held across a call of Run, Map and the
// like, for which others wait, makes the test hang. And fn must not call
// synctest.Wait. Explore panics if t or fn is nil, seeds is less than one or an
// option makes no sense, and inside a bubble.
func Explore(t *testing.T, seeds int, fn func(ctx context.Context) error, opts ...SweepOption) {
	s := newSweep(t, "Explore", fn, opts, "seed", "choices")
	if seeds < 1 {
		panic("braidtest: Explore called with fewer than one seed")
	}
	t.Helper()
	s.outer = begin(t, s.config, 0)
	defer s.outer.close()
	switch s.replay.kind {
	case "seed":
		s.explore(s.replay.seed, nil)
		t.Logf("braidtest: seed %d passes", s.replay.seed)
		return
	case "choices":
		if tr := s.try(&chance{script: s.replay.script}); len(tr.wrong) > 0 {
			t.Fatal(s.failedAt("with certain choices"+needed(tr), tr, "choices "+writeScript(s.replay.script)))
		}
		t.Logf("braidtest: these choices pass")
		return
	}
	usual := s.explore(0, nil)
	for seed := uint64(1); seed < uint64(seeds); seed++ {
		s.explore(seed, usual)
	}
}

// explore runs fn under a seed; 0 has no other than the usual choices. The usual
// run is one that was under 0, if there was one.
func (s *sweep) explore(seed uint64, usual *trial) *trial {
	s.t.Helper()
	c := &chance{}
	headline, how := "in the usual order", "seed "+strconv.FormatUint(seed, 10)
	if seed != 0 {
		c = newChance(seed)
		headline = "under " + how
	}
	tr := s.try(c)
	if len(tr.wrong) == 0 {
		return tr
	}
	if fewer := s.shrink(tr, usual); fewer != nil && seed != 0 {
		tr = fewer
		headline += needed(tr)
		how = "choices " + writeScript(tr.chance.took())
	}
	s.t.Fatal(s.failedAt(headline, tr, how))
	return nil
}

// failed is what is wrong with an error; the message of the run has that.
const failed = "fn has failed"

func (s *sweep) try(c *chance) *trial {
	tr := &trial{pilot: &pilot{chance: c}, from: s.within}
	tr.expects = func(err error) string {
		if s.fine(err) {
			return ""
		}
		return failed
	}
	s.run(tr)
	return tr
}

// How often fn is run to find out which choices it takes to fail: with one that
// is unusual, and with some left out of those that were made.
const (
	maxSingle  = 100
	maxShrinks = 200
)

// shrink gives a run that fails with as few unusual choices as it finds, or nil
// if no run does that is given the same choices again.
func (s *sweep) shrink(tr, usual *trial) (best *trial) {
	if tr.problem { // each run would add to what the test has logged
		return nil
	}
	fails := func(script []int) bool {
		got := s.try(&chance{script: script})
		if len(got.wrong) > 0 {
			best = got
		}
		return best == got
	}
	if usual != nil {
		for i, script := range single(usual.chance.made) {
			if i == maxSingle || fails(script) {
				break
			}
		}
		if best != nil {
			return best
		}
	}
	script := tr.chance.took()
	if !fails(script) {
		return nil
	}
	left := maxShrinks
	for half := len(script) / 2; half > 0; half /= 2 { // the later ones first, then the earlier
		for from := len(script) - half; from > -half; from -= half {
			fewer := without(script, max(from, 0), from+half)
			if fewer == nil {
				continue
			}
			if left--; left < 0 {
				return best
			}
			if fails(fewer) {
				script = fewer
			}
		}
	}
	return best
}

// single gives all choices with one that is unusual: first those where somebody
// is held, then the others.
func single(made []choice) iter.Seq2[int, []int] {
	return func(yield func(int, []int) bool) {
		n := 0
		for _, passes := range []bool{false, true} {
			for i, c := range made {
				for took := 1; c.passes == passes && took < c.of; took++ {
					script := make([]int, i+1)
					script[i] = took
					if !yield(n, script) {
						return
					}
					n++
				}
			}
		}
	}
}

// without gives the choices with the usual one between the two places, or nil if
// those are the usual ones already.
func without(script []int, from, to int) []int {
	fewer, changed := make([]int, len(script)), false
	copy(fewer, script)
	for i := from; i < to; i++ {
		changed = changed || fewer[i] != 0
		fewer[i] = 0
	}
	if !changed {
		return nil
	}
	return fewer
}

// maxNeeded is how many choices a message tells of.
const maxNeeded = 20

// needed says which choices a run needed to fail.
func needed(tr *trial) string {
	made := tr.chance.unusual()
	if len(made) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(", which takes no more than this:")
	for i, c := range made {
		if i == maxNeeded {
			b.WriteString("\n  and " + strconv.Itoa(len(made)-i) + " more")
			break
		}
		b.WriteString("\n  " + c.String())
	}
	return b.String()
}
