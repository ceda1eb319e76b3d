package inspect

import (
	"slices"
	"strings"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file tells what has ended lately.

// recent gives what has ended after the one with the number since, and the
// number of the last. Within a node only what was in it is given.
func (l *gathering) recent(c *config, since uint64) (list []*Ended, last uint64) {
	past := seam.Recent(since)
	slices.SortFunc(past, func(a, b seam.Past) int { return int(a.N) - int(b.N) })
	list = []*Ended{}
	ended := map[string]bool{} // in what is looked at
	in := func(p *seam.Past) bool {
		return ended[upOf(p)] || l.inside(upOf(p), c.under) || l.inside(groupID(p.Up.Group), c.under)
	}
	for i := len(past) - 1; c.under != "" && i >= 0; i-- { // groups end after what is in them
		if p := &past[i]; in(p) {
			ended[refID(p.Ref)] = true
		}
	}
	for i := range past {
		p := &past[i]
		last = p.N
		if c.under != "" && !in(p) {
			continue
		}
		at := siteOf(p.PC)
		e := &Ended{
			ID: refID(p.Ref), Up: upOf(p), Type: "group", Name: cut(p.Name, maxName), Path: cut(p.Path, maxText), Site: at.site,
			Kind: strings.ToLower(p.Kind), Start: p.Start, End: p.End, State: braid.State(p.State).String(),
			Error: textOf(p.Err), AfterCancel: p.AfterCancel, Cause: textOf(p.Cause),
		}
		if p.Task {
			e.Type = "task"
		}
		if e.Name == "" {
			e.Name = at.groupName()
		}
		if e.Path == "" {
			e.Path = e.Name
		}
		list = append(list, e)
	}
	return list, max(last, since)
}

// inside reports whether what goes by the id is still there, and is, or is in, what
// goes by the other.
func (l *gathering) inside(id, other string) bool {
	if id == other {
		return true
	}
	for it := l.byID[id]; it != nil; it = it.up {
		if it.ID == other {
			return true
		}
	}
	return false
}

func upOf(p *seam.Past) string { return refID(p.Up) }
