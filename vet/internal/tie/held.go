// What is held up by tasks. Where one of them panics, or fails, a group starts no more, and those would
// have sent, received, unlocked: who waits for that used to end with the process, and would wait for ever.

package tie

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

// held tells what would be left waiting for a task that does not start, or "".
func (g *group) held() string {
	if g.recovers() && (g.kind == waitGroup || g.kind == errGroup) {
		return "" // it gets CrashOnPanic, and nothing else cancels it
	}
	body := &walker{f: g.f, g: g}
	for _, s := range g.list[g.first:g.join] {
		body.walk(s)
	}
	tasks := make([][]act, len(g.tasks))
	for i, t := range g.tasks {
		w := &walker{f: g.f, g: g, homes: []ast.Node{t.lit}, env: map[*types.Var]spot{}}
		if t.bare {
			body.bind(t.lit, t.call, w.env)
		}
		w.walk(t.lit.Body)
		tasks[i] = w.acts
	}
	for i, acts := range tasks {
		for _, need := range body.acts {
			if g.heldBy(need, i, acts) {
				return g.reason("what is between its tasks and its join", "tasks", need) + g.instead(need, acts)
			}
		}
		for j, others := range tasks {
			if i == j && slices.Contains(g.list, g.tasks[i].stmt) {
				continue // it is started once
			}
			for _, need := range others {
				if g.heldBy(need, i, acts) {
					return g.reason("a task", "others", need)
				}
			}
		}
	}
	return ""
}

// heldBy tells whether something waits for what a task, the i-th, does, and would still do so if that does not start.
func (g *group) heldBy(need act, i int, acts []act) bool {
	if need.gives || need.way || need.what == room && g.roomy(need.v) || g.f.neutral(need.at, acts) {
		return false
	}
	starts, ends := g.startsFirst(i), false
	for _, a := range acts {
		if a.gives && a.what == need.what && a.at == need.at {
			switch {
			case !starts || !a.sure:
				ends = true
			case a.all && need.what == item:
				return false // it closes the channel, whatever happens
			}
		}
	}
	return ends
}

// neutral tells whether a task gives back itself what it takes, so that nobody waits for one that does not start:
// it locks and unlocks, or has one of a channel's slots meanwhile.
func (f *finder) neutral(at spot, acts []act) bool {
	var needs, gives [waits]bool
	for _, a := range acts {
		if a.at != at || a.what == open {
			continue
		}
		if a.all || a.what == signal || a.what == count {
			return false
		}
		if a.what <= item && f.Unbuffered(a.v) {
			return false
		}
		if a.gives {
			gives[a.what] = true
		} else {
			needs[a.what] = true
		}
	}
	return needs == gives
}

// startsFirst tells whether the i-th task is started before all others, once, in a group that no context can have cancelled: then
// it does start.
func (g *group) startsFirst(i int) bool {
	if g.kind == ctxGroup || g.kind == concCtx || !slices.Contains(g.list, g.tasks[i].stmt) {
		return false
	}
	return !slices.ContainsFunc(g.tasks, func(t *task) bool { return t.stmt.Pos() < g.tasks[i].stmt.Pos() })
}

func (g *group) reason(who, whose string, need act) string {
	event := "panicked"
	if g.kind == ctxGroup || g.kind == concCtx || g.kind.errors() && !g.supervised {
		event = "failed"
	}
	return fmt.Sprintf("%s waits for %s, which %s %s: once a task has %s no more are started, and the wait would never end",
		who, need.at, whose, need.what, event)
}

// instead names what holds tasks back in place of what a body waits for, if the tasks only give that back; or "".
func (g *group) instead(need act, acts []act) string {
	if need.what == slots {
		return "; braid.Limit holds tasks back, with braid.Weight"
	}
	works := slices.ContainsFunc(acts, func(a act) bool { return a.at == need.at && (a.all || !a.gives && a.what == room) })
	if need.what != room || works {
		return ""
	}
	call, ok := g.f.Only(need.v).(*ast.CallExpr)
	if !ok || len(call.Args) != 2 || !code.Within(call, g.around()) {
		return ""
	}
	return "; braid.Limit(" + g.file.Text(call.Args[1]) + ") holds tasks back"
}
