package top

import (
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/braid-go/braid/inspect"

	"github.com/braid-go/braid/cmd/braid/internal/look"
)

// This file does what keys say.

// help is what the keys are for, in the panel; the bottom line has the first of
// them.
var help = [][2]string{
	{"↑ ↓  k j", "move; PgUp, PgDn, Home and End go further"},
	{"← →  h l", "fold and unfold; ← on what is folded goes to what it is in"},
	{"space", "fold or unfold"},
	{"E  C", "unfold everything; fold everything but the top"},
	{"w  enter", "why is it still there? Where it is blocked, and its stack, too"},
	{"/", "search names and paths; enter keeps what is found, esc shows all again"},
	{"f", "show only what is running, waiting, queued, cancelled, in a ring; all"},
	{"s  S", "sort siblings by age, name, state, children; backwards through these"},
	{"e", "what has failed or was cancelled lately"},
	{"J  K", "scroll what is below the tree"},
	{"r", "ask again why"},
	{"?", "this help"},
	{"esc", "close what is below the tree, or end the search"},
	{"q  ^C", "quit"},
}

func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	m.lay()
	if k.String() == "ctrl+c" {
		return tea.Interrupt
	}
	if m.typing {
		m.typed(k)
		return m.refresh(askAgain)
	}
	page := max(1, m.treeHeight()-1)
	switch k.String() {
	case "q":
		return tea.Quit
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup", "ctrl+b":
		m.move(-page)
	case "pgdown", "ctrl+f":
		m.move(page)
	case "home", "g":
		m.move(-len(m.rows))
	case "end", "G":
		m.move(len(m.rows))
	case "left", "h":
		m.leave()
	case "right", "l":
		m.enter()
	case "space":
		m.fold(m.at(), !m.folded[m.current])
	case "E":
		m.folded, m.stale = map[string]bool{}, true
	case "C":
		m.foldAll()
	case "w", "enter":
		m.toggle(whyPanel)
	case "e":
		m.toggle(endsPanel)
	case "?", "f1":
		m.toggle(helpPanel)
	case "J", "shift+down":
		m.down++
	case "K", "shift+up":
		m.down = max(0, m.down-1)
	case "r":
		return m.refresh(0)
	case "/":
		m.typing = true
	case "s":
		m.order, m.stale = (m.order+1)%orders, true
	case "S":
		m.order, m.stale = (m.order+orders-1)%orders, true
	case "f":
		states := append([]string{""}, look.Conditions[:5]...)
		m.filter.State = states[(slices.Index(states, m.filter.State)+1)%len(states)]
		m.stale = true
	case "esc":
		if m.panel != noPanel {
			m.close()
		} else {
			m.filter, m.stale = look.Filter{}, true
		}
	}
	return m.refresh(askAgain)
}

// typed takes a key while the user writes what to search for.
func (m *Model) typed(k tea.KeyPressMsg) {
	switch k.String() {
	case "enter", "down", "up":
		m.typing = false
	case "esc":
		m.typing = false
		m.search("")
	case "backspace":
		_, size := utf8.DecodeLastRuneInString(m.filter.Name)
		m.search(m.filter.Name[:len(m.filter.Name)-size])
	case "ctrl+u":
		m.search("")
	default:
		if k.Text != "" {
			m.search(m.filter.Name + k.Text)
		}
	}
}

func (m *Model) search(name string) {
	m.filter.Name, m.stale = name, true
	m.lay()
	if r := m.row(); r == nil || !r.hit { // on to the first that is found
		for i, r := range m.rows {
			if r.hit {
				m.move(i - m.cursor)
				break
			}
		}
	}
}

func (m *Model) toggle(p panel) {
	if m.panel == p {
		m.close()
		return
	}
	m.close()
	m.panel = p
}

// move moves the cursor.
func (m *Model) move(by int) {
	m.cursor = max(0, min(len(m.rows)-1, m.cursor+by))
	m.current = ""
	if n := m.at(); n != nil {
		m.current = n.ID
	}
}

func (m *Model) row() *row {
	if m.cursor < 0 || m.cursor >= len(m.rows) {
		return nil
	}
	return &m.rows[m.cursor]
}

// at is the node under the cursor, or nil.
func (m *Model) at() *inspect.Node {
	if r := m.row(); r != nil {
		return r.n
	}
	return nil
}

func (m *Model) fold(n *inspect.Node, fold bool) {
	if n == nil || len(m.tree.Kids(n.ID)) == 0 {
		return
	}
	m.stale = true
	if fold {
		m.folded[n.ID] = true
	} else {
		delete(m.folded, n.ID)
	}
}

// foldAll folds all but the top.
func (m *Model) foldAll() {
	if m.tree == nil {
		return
	}
	m.stale = true
	for _, top := range m.tree.Kids("") {
		for _, n := range m.tree.Kids(top.ID) {
			m.foldBelow(n)
		}
	}
	for n := m.tree.Node(m.current); n != nil; n = m.tree.Up(n) { // the cursor stays in sight
		if up := m.tree.Up(n); up != nil && m.folded[up.ID] {
			m.current = up.ID
		}
	}
}

func (m *Model) foldBelow(n *inspect.Node) {
	kids := m.tree.Kids(n.ID)
	if len(kids) > 0 {
		m.folded[n.ID] = true
	}
	for _, k := range kids {
		m.foldBelow(k)
	}
}

// leave folds what the cursor is on, or goes to what that is in.
func (m *Model) leave() {
	n := m.at()
	if n == nil {
		return
	}
	if len(m.tree.Kids(n.ID)) > 0 && !m.folded[n.ID] && !m.filter.Any() {
		m.fold(n, true)
		return
	}
	for i := m.cursor - 1; i >= 0; i-- {
		if m.rows[i].n.ID == n.Up {
			m.move(i - m.cursor)
			return
		}
	}
}

// enter unfolds what the cursor is on, or goes to the first that is in it.
func (m *Model) enter() {
	n := m.at()
	if n == nil {
		return
	}
	if m.folded[n.ID] {
		m.fold(n, false)
		return
	}
	if next := m.cursor + 1; next < len(m.rows) && m.rows[next].n.Up == n.ID {
		m.move(1)
	}
}
