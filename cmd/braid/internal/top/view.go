package top

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/braid-go/braid/inspect"

	"github.com/braid-go/braid/cmd/braid/internal/look"
	"github.com/braid-go/braid/cmd/braid/internal/report"
)

// This file draws the screen: a header of two lines and the names of the columns,
// the rows that fit, a panel, and a line of keys. Only what is on the screen is
// drawn. Every line is cut to the width.

var (
	chosen = lipgloss.NewStyle().Reverse(true)
	good   = lipgloss.NewStyle().Foreground(lipgloss.Green)
	bad    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	warm   = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	key    = lipgloss.NewStyle().Bold(true)
)

// View draws the screen.
func (m *Model) View() tea.View {
	m.lay()
	v := tea.NewView(m.screen())
	v.AltScreen = true
	v.WindowTitle = "braid top " + look.Line(m.Name)
	return v
}

func (m *Model) screen() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	lines := m.header()
	lines = append(lines, m.list(m.treeHeight())...)
	if h := m.panelHeight(); h > 0 {
		lines = append(lines, m.panelLines(h)...)
	}
	if m.height > 1 {
		lines = append(lines[:min(len(lines), m.height-1)], m.footer())
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, m.width, "…")
	}
	return strings.Join(lines, "\n")
}

// headerHeight is two lines, one for the columns, and fewer where there is no
// room.
func (m *Model) headerHeight() int {
	switch {
	case m.height >= 8:
		return 3
	case m.height >= 4:
		return 1
	}
	return 0
}

func (m *Model) panelHeight() int {
	room := m.height - m.headerHeight() - 1
	switch {
	case m.panel == noPanel || room < 2:
		return 0
	case m.panel == helpPanel:
		return min(len(help)+1, room)
	case room < 10:
		return room
	}
	return max(room/2, min(14, room-5))
}

func (m *Model) treeHeight() int {
	return max(0, m.height-m.headerHeight()-m.panelHeight()-min(1, m.height-1))
}

// header says which program it is, whether there is a connection, and how much
// is going on.
func (m *Model) header() []string {
	state := good.Render("● live")
	switch {
	case m.lost != nil:
		state = bad.Render("○ lost " + report.Duration(time.Since(m.lostAt)) + " ago")
	case m.tree == nil:
		state = warm.Render("○ connecting")
	}
	name := key.Render(look.Line(m.Name))
	if m.tree != nil {
		h := &m.tree.Head
		about := []string{"up " + report.Duration(m.now().Sub(h.Started))}
		if h.PID != 0 { // a workflow is no process, and its name is that of the program
			about = []string{fmt.Sprintf("pid %d", h.PID), about[0], look.Line(h.Go), look.Line(m.Name)}
		}
		name = key.Render(look.Line(h.Program)) + look.Dim.Render(" "+strings.Join(about, " · "))
	}
	first := between(name, state, m.width)
	if m.headerHeight() < 3 {
		return []string{first}[:m.headerHeight()]
	}
	return []string{first, m.second(), m.columns()}
}

// second is the line of totals, or of what else is to be said.
func (m *Model) second() string {
	switch {
	case m.lost != nil:
		return look.Dim.Render("trying again: ") + bad.Render(look.Line(m.lost.Error())) // which may be longer than the screen is wide
	case m.tree == nil:
		return look.Dim.Render("waiting for the program to answer")
	}
	h := &m.tree.Head
	t := h.Totals
	ended, failed := m.rates.perSecond(m.now())
	parts := []string{
		look.Plural(t.Groups, "group"), good.Render(look.Grouped(t.Running) + " running"), look.Grouped(t.Queued) + " queued",
		short(sum(t.Ended)) + " ended " + look.Dim.Render(rate(ended)),
	}
	if t.Ended.Failed > 0 {
		parts = append(parts, look.Style("cancelled").Render(short(t.Ended.Failed)+" failed ")+look.Dim.Render(rate(failed)))
	}
	if n := h.Truncated; n > 0 {
		parts = append(parts, warm.Render(look.Grouped(n)+" not shown"))
	}
	line := strings.Join(parts, look.Dim.Render(" · "))
	if m.notice != "" && time.Since(m.noticeAt) < 15*time.Second {
		line = warm.Render(m.notice)
	}
	return line
}

// short writes a number that may be large.
func short(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2fG", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2fM", float64(n)/1e6)
	}
	return look.Grouped(n)
}

func rate(r float64) string {
	switch {
	case r >= 100:
		return look.Grouped(int(r)) + "/s"
	case r >= 10:
		return fmt.Sprintf("%.0f/s", r)
	default:
		return fmt.Sprintf("%.1f/s", r)
	}
}

// The columns on the right, of those that fit.
const (
	stateWidth = 10
	ageWidth   = 8
	belowWidth = 8
)

func (m *Model) shows() (state, age, below bool) { return m.width >= 44, m.width >= 30, m.width >= 60 }

// right puts the cells on the right together.
func (m *Model) right(state, age, below string) string {
	var b strings.Builder
	s, a, l := m.shows()
	if s {
		b.WriteString(" " + left(state, stateWidth-1))
	}
	if a {
		b.WriteString(rightwards(age, ageWidth))
	}
	if l {
		b.WriteString(rightwards(below, belowWidth))
	}
	return b.String()
}

func left(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

func rightwards(s string, width int) string {
	return strings.Repeat(" ", max(1, width-ansi.StringWidth(s))) + s
}

func (m *Model) columns() string {
	title := "TREE by " + m.order.String()
	if m.filter.Any() {
		hits := 0
		for _, r := range m.rows {
			if r.hit {
				hits++
			}
		}
		var what []string
		if m.filter.State != "" {
			what = append(what, m.filter.State)
		}
		if m.filter.Name != "" {
			what = append(what, fmt.Sprintf("%q", m.filter.Name))
		}
		title += ", only " + look.Line(strings.Join(what, ", ")) + ": " + look.Grouped(hits)
	}
	return chosen.Render(between(ansi.Truncate(title, max(1, m.width-ansi.StringWidth(m.right("", "", ""))), "…"), m.right("STATE", "AGE", "BELOW"), m.width))
}

// between puts one text to the left and one to the right.
func between(l, r string, width int) string {
	room := width - ansi.StringWidth(r)
	if room <= 0 {
		return ansi.Truncate(l, width, "…")
	}
	return left(ansi.Truncate(l, room, "…"), room) + r
}

// list draws the rows that fit, the cursor among them.
func (m *Model) list(height int) []string {
	lines := make([]string, 0, height)
	if m.tree != nil && len(m.rows) == 0 && height > 0 {
		text := "there are no groups"
		if m.filter.Any() {
			text = "nothing is like that, of what is not folded away (braid top --all); esc shows all"
		}
		lines = append(lines, look.Dim.Render(text))
	}
	m.scroll = min(m.scroll, m.cursor, max(0, len(m.rows)-height))
	m.scroll = max(m.scroll, m.cursor-height+1, 0)
	for i := m.scroll; i < len(m.rows) && len(lines) < height; i++ {
		lines = append(lines, m.line(m.rows[i], i == m.cursor))
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}

func (m *Model) line(r row, here bool) string {
	n := r.n
	mark := "  "
	switch {
	case m.folded[n.ID] && r.below > 0 && !m.filter.Any():
		mark = "▸ "
	case r.below > 0:
		mark = "▾ "
	case r.margin != "":
		mark = "─ "
	}
	condition := m.tree.Condition(n)
	style := look.Style(condition)
	age, below := "", ""
	if n.Type != "more" && n.State != "queued" {
		age = Age(m.now().Sub(n.Since))
	}
	if r.below > 0 {
		below = look.Grouped(r.below)
	}
	label := look.Line(n.Label())
	if n.Type == "more" {
		label = strings.TrimSuffix(label, ", "+n.State)
	}
	facts := look.Facts(n, m.now(), look.Dim.Render(" · "), "since", "site", "state")
	if n.Type == "group" && !here {
		label = key.Render(style.Render(label))
	} else if !here && r.hit {
		label = style.Render(label)
	} else if !here {
		label = look.Dim.Render(label)
	}
	text := look.Dim.Render(r.margin+mark) + label
	if facts != "" {
		text += "  " + facts
	}
	if here {
		return chosen.Render(between(ansi.Strip(text), m.right(condition, age, below), m.width))
	}
	return between(text, m.right(style.Render(condition), age, look.Dim.Render(below)), m.width)
}

// Age writes how long something has lasted, in at most seven columns.
func Age(d time.Duration) string {
	switch {
	case d < 0:
		return "0.0s"
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Truncate(100*time.Millisecond).Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// footer shows the keys, or what the user is writing.
func (m *Model) footer() string {
	if m.typing {
		return key.Render("/") + look.Line(m.filter.Name) + chosen.Render(" ") + look.Dim.Render("  enter keeps, esc shows all")
	}
	var b strings.Builder
	width := 0
	for _, k := range [][2]string{{"q", "quit"}, {"?", "help"}, {"w", "why"}, {"←→", "fold"}, {"/", "search"}, {"s", "sort"}, {"f", "filter"}, {"e", "ends"}, {"↑↓", "move"}} {
		text := k[0] + " " + k[1] + "  "
		if width += ansi.StringWidth(text); width-2 > m.width {
			break
		}
		b.WriteString(key.Render(k[0]) + " " + look.Dim.Render(k[1]) + "  ")
	}
	return b.String()
}

// panelLines draws the panel, with a line on top that says what it is.
func (m *Model) panelLines(height int) []string {
	title, body := "", []string(nil)
	switch m.panel {
	case helpPanel:
		title = "keys"
		for _, h := range help {
			body = append(body, " "+key.Render(left(h[0], 10))+h[1])
		}
	case endsPanel:
		title, body = "failed or cancelled lately", m.ended()
	case whyPanel:
		title, body = m.why()
	}
	m.down = max(0, min(m.down, len(body)-height+1))
	if more := len(body) - (height - 1); more > 0 {
		title += fmt.Sprintf(" (J K scroll, %d more lines)", max(0, more-m.down))
	}
	body = body[m.down:]
	lines := []string{look.Dim.Render("── ") + key.Render(title) + " " + look.Dim.Render(strings.Repeat("─", max(0, m.width-ansi.StringWidth(title)-4)))}
	for i := range height - 1 {
		if i < len(body) {
			lines = append(lines, body[i])
		} else {
			lines = append(lines, "")
		}
	}
	return lines
}

func (m *Model) why() (title string, body []string) {
	title = "why is it still there?"
	switch {
	case m.current == "":
		return title, []string{look.Dim.Render("there is nothing under the cursor")}
	case m.lost == nil && m.asked != m.subject():
		return title, []string{look.Dim.Render("asking…")}
	case m.about != nil:
		if age := time.Since(m.toldAt); age >= 2*time.Second {
			title += " " + report.Duration(age.Truncate(time.Second)) + " ago"
		}
		return title, look.Explain(m.about, m.width)
	case m.trouble != nil:
		return title, strings.Split(ansi.Wrap(look.Line(m.trouble.Error()), m.width, ""), "\n")
	case m.lost != nil:
		return title, []string{look.Dim.Render("there is nobody to ask")}
	}
	return title, []string{look.Dim.Render("asking…")}
}

// ended lists what did not end well, the newest first.
func (m *Model) ended() (lines []string) {
	for i := len(m.ends) - 1; i >= 0; i-- {
		lines = append(lines, m.end(m.ends[i]))
	}
	if len(lines) == 0 {
		lines = []string{look.Dim.Render("nothing, since this view was opened or shortly before")}
	}
	return lines
}

func (m *Model) end(e *inspect.Ended) string {
	style, why := look.Dim, e.Cause
	if e.Error != "" {
		style, why = look.Style("cancelled"), e.Error
	}
	ran := ""
	if !e.Start.IsZero() {
		ran = " after " + report.Duration(e.End.Sub(e.Start))
	}
	return look.Dim.Render(rightwards(Age(m.now().Sub(e.End)), 7)+" ago ") + style.Render(look.Line(e.Path)+" "+look.Line(e.State)+ran) + ": " + look.Line(why)
}
