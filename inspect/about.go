package inspect

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// This file says of one node why it is still there.

// An About is all there is to know of one node. It is what node.json gives.
type About struct {
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
	Node    *Node     `json:"node"`
	Up      []*Node   `json:"up"`  // what it is in, the outermost first
	Why     []string  `json:"why"` // why it is still there, in sentences
}

// Of gives what there is to know of the node that goes by an ID, with its stack;
// nil if there is none any more. It stops the program for as long as it takes to
// dump its goroutines.
func Of(id string) *About { return about(id) }

func about(id string) *About {
	l := gather(&config{max: most, stacks: true, all: true})
	it := l.byID[id]
	if it == nil {
		return nil
	}
	a := &About{Version: Version, Time: l.now, Node: it.Node, Up: []*Node{}}
	for up := it.up; up != nil; up = up.up {
		a.Up = append(a.Up, up.Node)
	}
	slices.Reverse(a.Up)
	a.Why = l.why(it)
	return a
}

// why says what keeps the item from ending.
func (l *gathering) why(it *item) (why []string) {
	say := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	for up := it; up != nil; up = up.up {
		c := up.Cancelled
		if c == nil {
			continue
		}
		what := "It was cancelled"
		if up != it {
			what = "The " + up.Type + " " + up.Path + " was cancelled"
		}
		if !c.At.IsZero() {
			what += " " + ago(l.now.Sub(c.At))
		}
		switch {
		case c.By != "" && c.Reason != "":
			say("%s by %s: %s.", what, c.By, c.Reason)
		case c.By != "":
			say("%s by %s.", what, c.By)
		default:
			say("%s: %s.", what, c.Cause)
		}
		break
	}
	switch {
	case it.Kind == "abandoned":
		say("It was left behind by Abandon, and nobody waits for it. It has run for %s.", span(l.now.Sub(it.Since)))
	case it.State == "queued" && it.up == nil:
		say("It has not started: it waits for a slot.")
	case it.State == "queued":
		say("It has not started: it waits for a slot of %s.", it.up.Path)
	case it.Type == "group":
		l.whyGroup(it, say)
	default:
		l.whyTask(it, say)
	}
	return why
}

func (l *gathering) whyGroup(it *item, say func(string, ...any)) {
	switch it.State {
	case "closing":
		say("All of its tasks have ended; its cleanup functions run.")
		return
	case "joining":
		say("Its body has returned, and it waits for %s.", tasks(it.Node))
	default:
		if it.owned {
			say("It is open until somebody closes it, with %s.", tasks(it.Node))
		} else {
			say("Its body has not returned.")
		}
	}
	for i, k := range it.kids {
		if i == 5 {
			say("And more.")
			break
		}
		if k.State != "queued" {
			say("%s: %s", k.Name, l.doing(k))
		}
	}
}

func (l *gathering) whyTask(it *item, say func(string, ...any)) {
	say("It has run for %s.", span(l.now.Sub(it.Since)))
	if it.Shielded {
		say("It is in a Shield, where it does not hear of cancellations from outside.")
	}
	say("It is %s", l.doing(it))
	if it.Waits != nil && it.Waits.Ring {
		say("What it waits for depends on it in turn: it is in a ring and will wait for ever.")
	}
	for _, k := range it.kids {
		if k.Type == "group" {
			say("It has opened %s, which is %s, with %s.", k.Path, k.State, tasks(k.Node))
		}
	}
}

func (l *gathering) doing(it *item) string {
	if w := it.Waits; w != nil {
		switch w.For {
		case "task":
			return "waiting for the task " + w.Path + "."
		case "slot":
			return "waiting for a slot of " + w.Path + "."
		case "timer":
			return "sleeping, for " + span(w.Until.Sub(l.now)) + " more."
		case "join":
			return "waiting for the tasks of " + w.Path + " to end."
		}
	}
	if b := it.Blocked; b != nil {
		where := ""
		switch {
		case b.Call != "":
			where = " in " + lastElement(b.Call) + ", which " + lastElement(b.In) + " has called at " + b.Site
		case b.In != "":
			where = " in " + lastElement(b.In) + " at " + b.Site
		}
		if b.In == "" && b.Stack == "" { // of a workflow, which has no stack to look at
			if strings.HasPrefix(b.Doing, "in line ") {
				return "waiting " + b.Doing + "."
			}
			return "waiting for " + b.Doing + "."
		}
		if b.Doing == "running" || b.Doing == "runnable" {
			return "busy" + where + "."
		}
		return "blocked" + where + " (" + b.Doing + ")."
	}
	return "running."
}

// tasks counts those of a group.
func tasks(n *Node) string {
	if n.Queued == 0 {
		return plural(n.Running, "task")
	}
	return plural(n.Running, "task") + " and " + grouped(n.Queued) + " in the queue"
}

func ago(d time.Duration) string { return span(d) + " ago" }
