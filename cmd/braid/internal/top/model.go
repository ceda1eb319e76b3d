// Package top is a live view of a program's tree in a terminal.
package top

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"

	"github.com/braid-go/braid/cmd/braid/internal/look"
)

// This file holds what is known and what the user has chosen, and how messages
// change it. It asks nobody: what comes from the program is sent to it.

// Messages.
type (
	// Event is what the program has told.
	Event look.Event
	// Lost is the end of a connection; it is tried again.
	Lost struct{ Err error }
	// tick has ages go on.
	tick struct{}
	// told is an answer about one node.
	told struct {
		id    string
		about *inspect.About
		err   error
	}
)

// ticks is how often ages are drawn anew.
const ticks = 250 * time.Millisecond

// panels are what can be shown below the tree.
type panel int

const (
	noPanel panel = iota
	whyPanel
	endsPanel
	helpPanel
)

// A Model is the state of the view.
type Model struct {
	Name string                                  // of the program, as the user gave it
	Ask  func(id string) (*inspect.About, error) // about one node; called apart

	width, height int
	tree          *look.Tree // nil until the first event
	offset        time.Duration
	lost          error // why there is no connection; nil while there is one
	lostAt        time.Time
	notice        string // of a restart
	noticeAt      time.Time
	rates         rates
	ends          []*inspect.Ended // of those that did not succeed, the newest last
	lastEnd       time.Time        // of any

	rows    []row
	stale   bool // rows is not what tree and choices say
	folded  map[string]bool
	cursor  int
	current string // the ID under the cursor
	scroll  int    // the first row on the screen
	order   order
	filter  look.Filter
	typing  bool // the filter's name

	panel   panel
	asked   string         // the ID that the panel is about
	about   *inspect.About // nil until it is there
	trouble error          // why it is not
	toldAt  time.Time
	asking  bool
	down    int // how far the panel is scrolled
}

// New makes a model.
func New(name string, ask func(id string) (*inspect.About, error)) *Model {
	return &Model{Name: name, Ask: ask, folded: map[string]bool{}}
}

// keptEnds is how many of those that have ended are remembered.
const keptEnds = 500

// Init starts the clock.
func (m *Model) Init() tea.Cmd { return ticking() }

func ticking() tea.Cmd { return tea.Tick(ticks, func(time.Time) tea.Msg { return tick{} }) }

// Update takes a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tick:
		return m, tea.Batch(ticking(), m.refresh(askAgain))
	case Event:
		m.event(look.Event(msg))
		return m, m.refresh(time.Hour)
	case Lost:
		if m.lost == nil {
			m.lostAt = time.Now()
		}
		m.lost = msg.Err
	case told:
		m.asking = false
		if msg.id == m.asked {
			m.about, m.trouble, m.toldAt = msg.about, msg.err, time.Now()
		}
		return m, m.refresh(askAgain)
	case tea.PasteMsg:
		if m.typing {
			m.search(m.filter.Name + strings.TrimSpace(msg.Content))
		}
	case tea.KeyPressMsg:
		return m, m.key(msg)
	}
	return m, nil
}

// event takes what the program has told.
func (m *Model) event(e look.Event) {
	switch {
	case e.Tree != nil:
		m.begin(e.Tree)
	case e.Patch != nil && m.tree != nil:
		m.tree.Apply(e.Patch)
		m.remember(e.Patch.Recent)
	default:
		return
	}
	m.offset = time.Until(m.tree.Head.Time)
	m.rates.count(m.tree.Head.Time, m.tree.Head.Totals.Ended)
	m.stale = true
}

// begin takes a whole tree: at first, after the connection was lost, and after
// the program has been started anew.
func (m *Model) begin(s *inspect.Snapshot) {
	old := m.tree
	m.tree = look.NewTree(s)
	m.lost = nil
	if old != nil && (old.Head.PID != s.PID || !old.Head.Started.Equal(s.Started)) {
		m.notice = "started anew at " + s.Started.Local().Format(time.TimeOnly)
		if s.PID != 0 {
			m.notice += fmt.Sprintf(" (pid %d, was %d)", s.PID, old.Head.PID)
		}
		m.noticeAt = time.Now()
		m.rates, m.ends, m.lastEnd = rates{}, nil, time.Time{}
		m.carry(old)
	}
	for i, e := range s.Recent { // what came after the last that is known was missed
		if e.End.After(m.lastEnd) {
			m.remember(s.Recent[i:])
			break
		}
	}
}

// carry finds in the tree of a program that was started anew what was folded and
// chosen in the one before.
func (m *Model) carry(old *look.Tree) {
	paths := map[string]bool{}
	for id := range m.folded {
		if n := old.Node(id); n != nil {
			paths[n.Path] = true
		}
	}
	var at string
	if n := old.Node(m.current); n != nil {
		at = n.Path
	}
	m.folded, m.current = map[string]bool{}, ""
	for path := range paths {
		for _, n := range m.tree.Find(path) {
			m.folded[n.ID] = n.Path == path
		}
	}
	for _, n := range m.tree.Find(at) {
		if n.Path == at {
			m.current = n.ID
			break
		}
	}
	m.close()
}

func (m *Model) remember(list []*inspect.Ended) {
	for _, e := range list {
		m.lastEnd = e.End
		if e.State != braid.Succeeded.String() {
			m.ends = append(m.ends, e)
		}
	}
	if extra := len(m.ends) - keptEnds; extra > 0 {
		m.ends = append([]*inspect.Ended(nil), m.ends[extra:]...)
	}
}

// now is the program's time. It stands still while there is no connection.
func (m *Model) now() time.Time {
	if m.lost != nil {
		return m.lostAt.Add(m.offset)
	}
	return time.Now().Add(m.offset)
}

// askAgain is how old an answer in the panel gets: each stops the program for a
// moment.
const askAgain = 5 * time.Second

// refresh asks about the node under the cursor if the panel is about another, or
// if the answer is that old.
func (m *Model) refresh(old time.Duration) tea.Cmd {
	if m.panel != whyPanel || m.asking || m.lost != nil || m.current == "" {
		return nil
	}
	id := m.subject()
	if id == m.asked && (m.toldAt.IsZero() || time.Since(m.toldAt) < old) {
		return nil
	}
	if id != m.asked {
		m.about, m.trouble, m.down, m.toldAt = nil, nil, 0, time.Time{}
	}
	m.asked, m.asking = id, true
	return func() tea.Msg {
		a, err := m.Ask(id)
		return told{id, a, err}
	}
}

// subject is what the panel is to be about.
func (m *Model) subject() string {
	if n := m.tree.Node(m.current); n != nil && n.Type == "more" {
		return n.Like
	}
	return m.current
}

// close closes the panel.
func (m *Model) close() {
	m.panel, m.asked, m.about, m.trouble, m.down, m.toldAt = noPanel, "", nil, nil, 0, time.Time{}
}
