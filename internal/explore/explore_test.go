package explore

import (
	"strings"
	"testing"
)

// This file explores the models: as they are they have no fault, and with each
// step that is broken on purpose the fault is found.

const most = 4_000_000 // states

// groups are programs that bring those who use a group to the same place at
// the same time.
var groups = map[string]Group{
	"two spawners, one of them a task, a canceller and a waiter": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}},
		Tasks:   [][]Act{{{Spawn, 2}}, {}, {}, {}},
		Outside: [][]Act{{{Spawn, 3}}, {{Cancel, 0}}, {{Wait, 1}}},
	},
	"four tasks, two starters": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{}, {{Spawn, 3}}, {}, {}},
		Outside: [][]Act{{{Wait, 2}}},
		Procs:   2,
	},
	"tasks that wait for each other, without a limit": {
		Body:  []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Wait, 0}},
		Tasks: [][]Act{{{Wait, 1}}, {{Wait, 2}}, {{Spawn, 3}, {Wait, 3}}, {}},
		Procs: 2,
	},
	"a chain of waits at limit one": {
		Body:  []Act{{Spawn, 0}},
		Tasks: [][]Act{{{Spawn, 1}, {Wait, 1}}, {{Spawn, 2}, {Wait, 2}}, {{Spawn, 3}}, {}},
		Limit: 1,
	},
	"waits at limit one that a cancel ends": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{Wait, 1}}, {{Wait, 2}}, {}},
		Outside: [][]Act{{{Cancel, 0}}},
		Limit:   1,
	},
	"a task that gives up its wait while its slot is taken": {
		Body:  []Act{{Spawn, 0}},
		Tasks: [][]Act{{{Spawn, 1}, {Wait, 1}, {CancelTask, 2}}, {{Spawn, 2}, {CancelTask, 0}, {Wait, 2}}, {{UntilDead, 0}}},
		Limit: 1,
	},
	"weights": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Spawn, 3}},
		Tasks:   [][]Act{{{Wait, 3}}, {}, {}, {}},
		Outside: [][]Act{{{CancelTask, 1}}},
		Limit:   2,
		Weights: []int{1, 2, 1, 1},
	},
	"a heavy task that waits for a light one": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Spawn, 3}},
		Tasks:   [][]Act{{{Wait, 1}}, {}, {}, {}},
		Limit:   3,
		Weights: []int{2, 1, 2, 1},
	},
	"queued tasks that are cancelled alone": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{}, {}, {}},
		Outside: [][]Act{{{CancelTask, 1}}, {{Wait, 1}}, {{CancelTask, 2}}},
		Limit:   1,
	},
	"the only task is cancelled alone, and the join waits": {
		Body:    []Act{{Spawn, 0}},
		Tasks:   [][]Act{{}, {}},
		Outside: [][]Act{{{CancelTask, 0}}, {{Spawn, 1}}, {{Wait, 0}}},
	},
	"a producer with back-pressure that gives up": {
		Body:    []Act{{Spawn, 0}, {GoWait, 1}},
		Tasks:   [][]Act{{}, {}, {}},
		Outside: [][]Act{{{GoWait, 2}}, {{GiveUp, 0}}, {{Cancel, 0}}},
		Limit:   1,
	},
	"a producer that is a task, at limit one": {
		Body:    []Act{{Spawn, 0}},
		Tasks:   [][]Act{{{GoWait, 1}}, {{GoWait, 2}}, {}},
		Outside: [][]Act{{{Cancel, 0}}},
		Limit:   1,
	},
	"a failure beside tasks that wait for their cancellation": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {UntilDead, 0}},
		Tasks:   [][]Act{{{UntilDead, 0}}, {{Fail, 0}}, {{UntilDead, 0}}},
		Outside: [][]Act{{{Wait, 0}}},
	},
	"Goexits with tasks behind them": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{Exit, 0}}, {{Exit, 0}}, {}},
		Outside: [][]Act{{{Wait, 2}}},
		Limit:   1,
	},
	"Goexits in a supervised group, at limit one": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{Lose, 0}}, {{Spawn, 3}, {Lose, 0}}, {}, {}},
		Outside: [][]Act{{{Wait, 3}}},
		Limit:   1,
	},
	"a death above that nobody tells the group of": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{Wait, 1}}, {{UntilDead, 0}}, {}},
		Outside: [][]Act{{{Kill, 0}}, {{Wait, 2}}},
		Limit:   1,
	},
	"a death above, and a task that always runs": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{UntilDead, 0}}, {}, {}},
		Outside: [][]Act{{{Kill, 0}}, {{CancelTask, 1}}},
		Limit:   1,
		Always:  0b010,
	},
	"a background task": {
		Body:       []Act{{Spawn, 0}, {Spawn, 1}},
		Tasks:      [][]Act{{{UntilDead, 0}}, {{Spawn, 2}}, {}},
		Background: 0b001,
	},
	"a background task at limit one": {
		Body:       []Act{{Spawn, 1}, {Spawn, 2}, {Spawn, 0}},
		Tasks:      [][]Act{{{UntilDead, 0}}, {{Wait, 2}}, {}},
		Outside:    [][]Act{{{Wait, 0}}},
		Background: 0b001,
		Limit:      1,
	},
	"a background task that comes last": {
		Body:       []Act{{Spawn, 1}, {Wait, 1}},
		Tasks:      [][]Act{{{UntilDead, 0}}, {}},
		Outside:    [][]Act{{{Spawn, 0}}},
		Background: 0b001,
	},
	"who waits for a background task behind a full limit": {
		Body:       []Act{{Spawn, 1}, {Spawn, 2}, {Spawn, 0}, {Wait, 0}, {Cancel, 0}},
		Tasks:      [][]Act{{}, {{UntilDead, 0}}, {}},
		Background: 0b001,
		Limit:      1,
	},
	"tasks claimed together, the first of which waits for the last": {
		Body:  []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Spawn, 3}},
		Tasks: [][]Act{{{Hear, 3}}, {}, {}, {}},
		Batch: 3,
	},
	"tasks claimed together that wait for each other": {
		Body:  []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks: [][]Act{{{Hear, 1}}, {{Spawn, 3}, {Hear, 2}}, {{Hear, 3}}, {}},
		Batch: 4,
		Procs: 2,
	},
	"tasks claimed together that are cancelled": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:   [][]Act{{{UntilDead, 0}}, {}, {{UntilDead, 0}}},
		Outside: [][]Act{{{Cancel, 0}}},
		Batch:   3,
	},
	"a Goexit among tasks claimed together": {
		Body:  []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks: [][]Act{{{Hear, 2}}, {{Lose, 0}}, {{Spawn, 3}}, {}},
		Batch: 3,
	},
	"a background task among tasks claimed together": {
		Body:       []Act{{Spawn, 1}, {Spawn, 2}, {Spawn, 0}},
		Tasks:      [][]Act{{{UntilDead, 0}}, {}, {}},
		Background: 0b001,
		Batch:      2,
	},
	"functions that follow each other, one of which waits for the last": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Spawn, 3}},
		Tasks:   [][]Act{{}, {{Hear, 3}}, {}, {}},
		Outside: [][]Act{{{Cancel, 0}}},
		Follow:  true,
	},
	"functions that follow each other, and two starters": {
		Body:   []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:  [][]Act{{}, {{Spawn, 3}}, {{Hear, 3}}, {}},
		Follow: true,
		Procs:  2,
	},
	"functions that follow each other at limit one, and one that is waited for": {
		Body:    []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}, {Spawn, 3}},
		Tasks:   [][]Act{{}, {}, {{Wait, 0}}, {}},
		Outside: [][]Act{{{Wait, 0}}},
		Limit:   1,
		Follow:  true,
	},
	"functions that follow each other at limit two, one of which has lent its slot": {
		Body:       []Act{{Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:      [][]Act{{{Spawn, 3}, {Wait, 3}}, {}, {}, {}},
		Outside:    [][]Act{{{CancelTask, 0}}},
		Background: 0b1000,
		Limit:      2,
		Follow:     true,
	},
	"a Goexit and a background task among functions that follow each other": {
		Body:       []Act{{Spawn, 3}, {Spawn, 0}, {Spawn, 1}, {Spawn, 2}},
		Tasks:      [][]Act{{}, {{Lose, 0}}, {}, {{UntilDead, 0}}},
		Background: 0b1000,
		Limit:      1,
		Follow:     true,
	},
}

func (m Group) with(b Break) *Group {
	m.Break = b
	m.PerStarter = max(m.PerStarter, 1)
	m.Procs = max(m.Procs, 1)
	return &m
}

func TestNoInterleavingOfAGroupBreaksItsInvariants(t *testing.T) {
	var all Size
	for name, m := range groups {
		t.Run(name, func(t *testing.T) {
			size, err := Explore(m.with(0), most)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v", size)
			all.States += size.States
			all.Steps += size.Steps
		})
	}
	t.Logf("%d states, %d steps", all.States, all.Steps)
}

// breaks tells for each step that can be broken what is found, and where.
var breaks = []struct {
	Break
	in, found string
}{
	{NoChain, "tasks that wait for each other, without a limit", "nobody will look for it"},
	{CountLate, "queued tasks that are cancelled alone", "starters are counted"},
	{ExitAlone, "Goexits in a supervised group, at limit one", "nobody will look for it"},
	{RetireAlone, "queued tasks that are cancelled alone", "nobody will look for it"},
	{PublishLate, "a failure beside tasks that wait for their cancellation", "a hang: outsider 0"},
	{RegisterBlind, "a failure beside tasks that wait for their cancellation", "a hang: outsider 0"},
	{WithdrawBlind, "a producer that is a task, at limit one", "slots are counted"},
	{AddBlind, "the only task is cancelled alone, and the join waits", "the group is closed"},
	{JoinBlind, "queued tasks that are cancelled alone", "a hang: the group does not return"},
	{NoticeAlone, "a producer that is a task, at limit one", "nobody will look for it"},
	{KeepSlot, "Goexits in a supervised group, at limit one", "slots are counted"},
	{NoLend, "a background task at limit one", "a hang: the group does not return"},
	{LendAlone, "a chain of waits at limit one", "nobody will look for it"},
	{NoTakeAnyway, "a task that gives up its wait while its slot is taken", "a hang: the group does not return"},
	{BackQueued, "who waits for a background task behind a full limit", "a hang: the group does not return"},
	{OwedAlone, "a heavy task that waits for a light one", "nobody will look for it"},
	{LateUntold, "a background task that comes last", "a hang: the group does not return"},
	{AsideBlind, "a background task", "nobody will look for it"},
	{BatchAlone, "tasks claimed together, the first of which waits for the last", "nobody will look for it"},
	{NoSteal, "tasks claimed together, the first of which waits for the last", "nobody will look for it"},
	{KeepRest, "a Goexit among tasks claimed together", "a hang"},
	{ClaimServing, "a background task among tasks claimed together", "a hang"},
	{FollowWaited, "functions that follow each other at limit one, and one that is waited for", "a hang"},
}

func TestAStepOfAGroupThatIsBrokenIsFound(t *testing.T) {
	if last := breaks[len(breaks)-1].Break; int(last) != len(breaks) {
		t.Fatalf("%d breaks are tried, the last of them is %d", len(breaks), last)
	}
	for _, b := range breaks {
		program, ok := groups[b.in]
		if !ok {
			t.Fatalf("there is no %q", b.in)
		}
		size, err := Explore(program.with(b.Break), most)
		if err == nil || !strings.Contains(err.Error(), b.found) {
			t.Errorf("break %d in %q: got %v, want %s", b.Break, b.in, err, b.found)
		}
		t.Logf("break %d after %d states: %v", b.Break, size.States, err)
	}
}

// calls are programs for the model of contexts.
var calls = [][]Call{
	{Err, Done, KillGroup},
	{ErrTwice, Err, KillOutside},
	{ErrTwice, Done, KillOutside, End},
	{ErrTwice, Done, KillGroup, End},
	{ErrTwice, Err, Done, EndAndReuse},
	{ErrTwice, KillOutside, KillGroup, KillTask},
	{Done, Done, KillTask, EndAndReuse},
	{Err, Done, KillOutside, EndAndReuse},
	{Done, Done, End},
	{ErrTwice, ErrTwice, EndAndReuse},
}

func TestNoInterleavingShowsAContextDeadAndThenAlive(t *testing.T) {
	for _, c := range calls {
		size, err := Explore(&Scopes{Calls: c}, most)
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		t.Logf("%v: %+v", c, size)
	}
}

func TestAStepOfAContextThatIsBrokenIsFound(t *testing.T) {
	for b := AdoptBlind; b <= ReuseHidden; b++ {
		err := error(nil)
		for _, c := range calls {
			if _, err = Explore(&Scopes{Calls: c, Break: b}, most); err != nil {
				t.Logf("break %d in %v: %v", b, c, err)
				break
			}
		}
		if err == nil {
			t.Errorf("no program finds break %d", b)
		}
	}
}

// A toy has two who raise a number that both have read before.
type toy struct{ circle, locked bool }

type toyState struct {
	n    int
	read [2]int
	at   [2]int
}

func (m toy) Start() toyState { return toyState{} }

func (m toy) Steps(s toyState, yield func(who, what string, next toyState)) {
	for i, who := range []string{"one", "two"} {
		next := s
		switch {
		case s.at[i] == 0 && m.locked:
			next.n, next.at[i] = s.n+1, 2
			yield(who, "adds", next)
		case s.at[i] == 0:
			next.read[i], next.at[i] = s.n, 1
			yield(who, "reads", next)
		case s.at[i] == 1:
			next.n, next.at[i] = s.read[i]+1, 2
			yield(who, "writes", next)
		case m.circle:
			next.at[i] = 2 + (s.at[i]-1)%2
			yield(who, "goes on", next)
		}
	}
}

func (m toy) Check(toyState) error { return nil }

func (m toy) End(s toyState) error {
	if s.n != 2 {
		return errLost
	}
	return nil
}

type lost struct{}

func (lost) Error() string { return "an addition is lost" }

var errLost = lost{}

func TestTheExplorerFindsALostUpdateByTheShortestWay(t *testing.T) {
	_, err := Explore(toy{}, most)
	want := "an addition is lost, after\n\tone: reads\n\ttwo: reads\n\tone: writes\n\ttwo: writes"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	size, err := Explore(toy{locked: true}, most)
	if err != nil || size != (Size{States: 4, Steps: 4, Ends: 1, Depth: 2}) {
		t.Errorf("got %+v, %v", size, err)
	}
}

func TestTheExplorerFindsARunThatNeverEnds(t *testing.T) {
	_, err := Explore(toy{locked: true, circle: true}, most)
	if err == nil || !strings.HasPrefix(err.Error(), errEndless.Error()) {
		t.Errorf("got %v", err)
	}
	if _, err := Explore(toy{}, 3); err == nil || err.Error() != "more than 3 states" {
		t.Errorf("got %v", err)
	}
}
