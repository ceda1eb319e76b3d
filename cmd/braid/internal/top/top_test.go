package top

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/teatest/v2"

	"github.com/braid-go/braid/inspect"
)

var began = time.Now().Add(-time.Hour)

// a snapshot: a server with a stuck task, a queue and a ring.
func snapshot() *inspect.Snapshot {
	node := func(id, up, kind, name, state string, change ...func(*inspect.Node)) *inspect.Node {
		n := &inspect.Node{ID: id, Up: up, Type: kind, Name: name, Path: name, State: state, Since: began, Kind: "ordinary"}
		for _, c := range change {
			c(n)
		}
		return n
	}
	return &inspect.Snapshot{
		Version: 1, Time: time.Now(), Program: "server", PID: 42, Go: "go1.26", Started: began,
		Totals: inspect.Totals{Groups: 2, Running: 3, Queued: 1, Tasks: 4, Ended: inspect.Counts{Succeeded: 10}},
		Nodes: []*inspect.Node{
			node("g", "", "group", "server", "open"),
			node("g.1", "g", "task", "accept", "running"),
			node("h", "g.1", "group", "saves", "joining", func(n *inspect.Node) {
				n.Kind, n.Name = "run", "save"
				n.Cancelled = &inspect.Cancelled{Cause: "the disk is full", At: time.Now().Add(-8 * time.Second), Left: 1}
			}),
			node("h.1", "h", "task", "deaf", "running"),
			node("g.2", "g", "task", "pack", "running", func(n *inspect.Node) { n.Waits = &inspect.Waits{For: "task", Path: "server/ship", Ring: true} }),
			node("g.3", "g", "task", "later", "queued"),
			node("g.4", "g", "task", "evil \x1b[2J\u202e\n日本語", "running"),
		},
	}
}

func about(id string) (*inspect.About, error) {
	if id != "h.1" {
		return nil, errors.New("nothing goes by this id; it may have ended")
	}
	return &inspect.About{Version: 1, Node: &inspect.Node{ID: id, Type: "task", Path: "server/accept/saves/deaf", State: "running",
		Blocked: &inspect.Blocked{Doing: "chan receive", Stack: "goroutine 7 [chan receive]:\nmain.deaf()\n\t/src/main.go:63"}},
		Why: []string{"It is blocked in main.deaf at /src/main.go:63, on chan receive."}}, nil
}

// press has the model take keys, and what comes of them.
func press(m *Model, keys ...string) {
	for _, k := range keys {
		msg := tea.KeyPressMsg{Text: k}
		switch k {
		case "up":
			msg = tea.KeyPressMsg{Code: tea.KeyUp}
		case "down":
			msg = tea.KeyPressMsg{Code: tea.KeyDown}
		case "left":
			msg = tea.KeyPressMsg{Code: tea.KeyLeft}
		case "right":
			msg = tea.KeyPressMsg{Code: tea.KeyRight}
		case "end":
			msg = tea.KeyPressMsg{Code: tea.KeyEnd}
		case "home":
			msg = tea.KeyPressMsg{Code: tea.KeyHome}
		case "esc":
			msg = tea.KeyPressMsg{Code: tea.KeyEscape}
		case "enter":
			msg = tea.KeyPressMsg{Code: tea.KeyEnter}
		case "backspace":
			msg = tea.KeyPressMsg{Code: tea.KeyBackspace}
		case " ":
			msg = tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
		}
		_, cmd := m.Update(msg)
		if cmd != nil {
			_, _ = m.Update(cmd())
		}
	}
}

func opened() *Model {
	m := New(":6060", about)
	_, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	_, _ = m.Update(Event{Tree: snapshot()})
	return m
}

func shown(m *Model) string { m.lay(); return ansi.Strip(m.screen()) }

func want(t *testing.T, m *Model, parts ...string) {
	t.Helper()
	text := shown(m)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

func wantNot(t *testing.T, m *Model, parts ...string) {
	t.Helper()
	text := shown(m)
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
}

func TestTheScreenTellsTotalsTreeAndStates(t *testing.T) {
	want(t, opened(), "server pid 42 · up 1h00m · go1.26 · :6060", "● live", "2 groups · 3 running · 1 queued · 10 ended 0.0/s",
		"▾ server", "├─▾ accept", "│ └─▾ save", "CANCELLED 8s ago", "│   └── deaf", "ring", "waits for server/ship, IN A RING", "q quit  ? help")
}

func TestAWorkflowIsNoProcess(t *testing.T) {
	m := New("orders-17", about)
	_, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	s := snapshot()
	s.PID, s.Go, s.Program = 0, "", "Order orders-17"
	_, _ = m.Update(Event{Tree: s})
	want(t, m, "Order orders-17 up 1h00m  ")
	wantNot(t, m, "pid")
}

func TestBranchesFoldAndUnfold(t *testing.T) {
	m := opened()
	press(m, "down", "left")
	want(t, m, "├─▸ accept")
	wantNot(t, m, "save", "deaf")
	press(m, "left") // on to what it is in
	if m.current != "g" {
		t.Errorf("the cursor is on %s", m.current)
	}
	press(m, "down", "right")
	want(t, m, "├─▾ accept", "deaf")
	press(m, "C")
	wantNot(t, m, "deaf")
	press(m, "E", " ")
	if m.current != "g.1" {
		t.Errorf("the cursor is on %s", m.current)
	}
	wantNot(t, m, "deaf")
}

func TestASearchShowsWhatIsFoundAndItsWay(t *testing.T) {
	m := opened()
	press(m, "/", "d", "e", "a", "x", "backspace")
	want(t, m, "/dea", `only "dea": 1`, "server", "accept", "save", "deaf")
	wantNot(t, m, "pack", "later")
	if m.current != "h.1" {
		t.Errorf("the cursor is on %s", m.current)
	}
	press(m, "enter", "q") // typed no more
	press(m, "esc")
	want(t, m, "pack", "later")
	press(m, "f", "f", "f")
	want(t, m, "only queued: 1", "later")
	wantNot(t, m, "deaf")
	press(m, "/", "z", "z")
	want(t, m, "nothing is like that")
}

func TestSiblingsAreSorted(t *testing.T) {
	m := opened()
	order := func() string {
		m.lay()
		var ids []string
		for _, r := range m.rows {
			if r.n.Up == "g" {
				ids = append(ids, r.n.ID)
			}
		}
		return strings.Join(ids, " ")
	}
	for _, want := range []string{"g.1 g.2 g.4 g.3", "g.1 g.4 g.3 g.2", "g.2 g.1 g.4 g.3", "g.1 g.2 g.3 g.4"} {
		if got := order(); got != want {
			t.Errorf("by %s: %s, want %s", m.order, got, want)
		}
		press(m, "s")
	}
	if press(m, "S"); m.order != bySize {
		t.Errorf("sorted by %s", m.order)
	}
}

func TestThePanelSaysWhyATaskIsStillThere(t *testing.T) {
	m := opened()
	press(m, "down", "down", "down", "w")
	want(t, m, "why is it still there?", "server/accept/saves/deaf", "It is blocked in main.deaf at /src/main.go:63, on chan receive.", "goroutine 7 [chan receive]:")
	press(m, "down")
	want(t, m, "nothing goes by this id")
	press(m, "esc")
	wantNot(t, m, "why is it")
}

func TestAnAnswerThatComesLateIsForItsOwnQuestion(t *testing.T) {
	m := opened()
	press(m, "down", "down", "down")
	m.panel = whyPanel
	first := m.refresh(0)
	m.move(1)
	want(t, m, "asking…")
	_, second := m.Update(first())
	want(t, m, "asking…")
	_, _ = m.Update(second())
	want(t, m, "nothing goes by this id")
}

func TestALostProgramIsSaidAndWhatWasSeenStays(t *testing.T) {
	m := opened()
	press(m, "down", "left")
	_, _ = m.Update(Lost{errors.New("nothing listens at :6060")})
	want(t, m, "○ lost 0ms ago", "trying again: nothing listens at :6060", "▸ accept")
	again := snapshot()
	again.PID, again.Started = 43, began.Add(time.Minute)
	for _, n := range again.Nodes { // other ids
		n.ID = "x" + n.ID
		if n.Up != "" {
			n.Up = "x" + n.Up
		}
	}
	_, _ = m.Update(Event{Tree: again})
	want(t, m, "● live", "started anew at ", "(pid 43, was 42)", "▸ accept")
	if m.current != "xg.1" {
		t.Errorf("the cursor is on %s", m.current)
	}
}

func TestWhatHasFailedLatelyIsListed(t *testing.T) {
	m := opened()
	now := time.Now()
	_, _ = m.Update(Event{Patch: &inspect.Patch{Time: now, Recent: []*inspect.Ended{
		{Path: "server/fine", State: "succeeded", End: now},
		{Path: "server/dial", State: "failed", Error: "connection\nrefused", Start: now.Add(-time.Second), End: now},
	}}})
	press(m, "e")
	want(t, m, "failed or cancelled lately", `server/dial failed after 1.0s: connection\nrefused`)
	wantNot(t, m, "server/fine")
}

func TestPatchesChangeTheTreeAndTheCursorStays(t *testing.T) {
	m := opened()
	press(m, "end")
	at := m.current
	n := *snapshot().Nodes[1]
	n.ID, n.Name, n.Since = "g.9", "newcomer", began.Add(-time.Hour)
	_, _ = m.Update(Event{Patch: &inspect.Patch{Time: time.Now(), Nodes: []*inspect.Node{&n}, Gone: []string{"h.1", "h"}, Totals: inspect.Totals{Ended: inspect.Counts{Succeeded: 11}}}})
	want(t, m, "newcomer", "11 ended")
	wantNot(t, m, "deaf")
	if m.current != at {
		t.Errorf("the cursor is on %s, not %s", m.current, at)
	}
}

func TestEveryScreenFits(t *testing.T) {
	for _, keys := range [][]string{nil, {"w"}, {"e"}, {"?"}, {"/", "d"}, {"f", "f"}} {
		m := opened()
		press(m, "end")
		press(m, keys...)
		for width := range 90 {
			for _, height := range []int{0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 24, 60} {
				_, _ = m.Update(tea.WindowSizeMsg{Width: width, Height: height})
				m.lay()
				text := m.screen()
				if n := strings.Count(text, "\n") + 1; text != "" && n != height {
					t.Fatalf("%d lines in %dx%d after %q:\n%s", n, width, height, keys, text)
				}
				for line := range strings.SplitSeq(text, "\n") {
					if ansi.StringWidth(line) > width {
						t.Fatalf("%d columns in %dx%d: %q", ansi.StringWidth(line), width, height, line)
					}
				}
				if strings.Contains(text, "\x1b[2J") || strings.Contains(text, "\u202e") {
					t.Fatal("a name got through as it is")
				}
			}
		}
	}
}

func TestNothingIsNoTree(t *testing.T) {
	m := New(":6060", about)
	_, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	press(m, "down", "w", "left", "right", " ", "C", "s", "/", "x", "esc", "end")
	want(t, m, "○ connecting")
	_, _ = m.Update(Event{Tree: &inspect.Snapshot{Version: 1, Time: time.Now(), Program: "p"}})
	want(t, m, "there are no groups")
}

func TestRatesAreThoseOfTheLastSeconds(t *testing.T) {
	var r rates
	at := time.Now()
	for i := range 20 {
		r.count(at.Add(time.Duration(i)*time.Second), inspect.Counts{Succeeded: int64(i) * 90, Failed: int64(i) * 10})
	}
	last := at.Add(19 * time.Second)
	if ended, failed := r.perSecond(last); ended != 100 || failed != 10 {
		t.Errorf("%v and %v a second", ended, failed)
	}
	if ended, failed := r.perSecond(last.Add(time.Minute)); ended != 0 || failed != 0 {
		t.Errorf("%v and %v a second although nothing happens", ended, failed)
	}
}

func TestAgesAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0s", 59990 * time.Millisecond: "59.9s", time.Minute: "1m00s", 61 * time.Minute: "1h01m", 99*time.Hour + 59*time.Minute: "99h59m", 240 * time.Hour: "10d00h",
	} {
		if got := Age(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

// The whole program: keys come in, the screen goes out, and it ends.
func TestTheProgramRunsUntilItIsQuit(t *testing.T) {
	tm := teatest.NewTestModel(t, New(":6060", about), teatest.WithInitialTermSize(80, 24))
	tm.Send(Event{Tree: snapshot()})
	shows := func(text string) {
		t.Helper()
		teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return bytes.Contains(b, []byte(text)) }, teatest.WithDuration(time.Minute))
	}
	shows("deaf")
	for range 3 {
		tm.Send(tea.KeyPressMsg{Code: tea.KeyDown})
	}
	tm.Type("w")
	shows("goroutine 7")
	tm.Type("q")
	tm.WaitFinished(t, teatest.WithFinalTimeout(time.Minute))
}

func BenchmarkAChangeInTenThousand(b *testing.B) {
	s := snapshot()
	for i := range 10_000 {
		s.Nodes = append(s.Nodes, &inspect.Node{ID: fmt.Sprintf("g.x%d", i), Up: "g", Type: "task", Name: fmt.Sprintf("guest-%d", i), State: "running", Kind: "ordinary", Since: began.Add(time.Duration(i))})
	}
	m := New(":6060", about)
	_, _ = m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	_, _ = m.Update(Event{Tree: s})
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Update(Event{Patch: &inspect.Patch{Time: time.Now(), Nodes: s.Nodes[5000:5100]}})
		m.lay()
		_ = m.screen()
	}
}

func BenchmarkAScreenOfTenThousand(b *testing.B) {
	s := snapshot()
	for i := range 10_000 {
		s.Nodes = append(s.Nodes, &inspect.Node{ID: fmt.Sprintf("g.x%d", i), Up: "g", Type: "task", Name: fmt.Sprintf("guest-%d", i), State: "running", Kind: "ordinary", Since: began})
	}
	m := New(":6060", about)
	_, _ = m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	_, _ = m.Update(Event{Tree: s})
	b.ReportAllocs()
	for b.Loop() {
		m.lay()
		_ = m.screen()
	}
}
