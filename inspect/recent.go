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
func recent(c *config, since uint64) (list []*Ended, last uint64) {
	past := seam.Recent(since)
	slices.SortFunc(past, func(a, b seam.Past) int { return int(a.N) - int(b.N) })
	list = []*Ended{}
	in := map[string]bool{c.under: true}
	for i := len(past) - 1; c.under != "" && i >= 0; i-- { // groups end after what is in them
		if p := &past[i]; in[upOf(p)] {
			in[refID(p.Ref)] = true
		}
	}
	for i := range past {
		p := &past[i]
		last = p.N
		if c.under != "" && !in[upOf(p)] {
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

func upOf(p *seam.Past) string { return refID(p.Up) }
