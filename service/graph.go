package service

import (
	"slices"
	"strconv"
	"strings"
)

// This file checks a list of parts and puts it into order. What is kept: after
// arrange every member comes behind all that it needs.

// A member is a part in its service: what does not change (here) and where it
// stands now (supervise.go, which alone touches that).
type member struct {
	Part
	needs []*member // directly
	above []*member // what needs it, also through others

	phase   Phase
	attempt *attempt // that lives, or nil
	number  int      // of attempts so far
	streak  int      // restarts in a row
	round   *round   // of restarts that it is part of, or nil
	held    bool     // it is known to be waiting for what it needs
	done    bool     // it has ended for good, with nil, and the service goes on
}

// arrange checks the parts and gives them in an order in which they can start:
// as they were given, except that what is needed comes first.
func arrange(caller string, parts []Part) []*member {
	if len(parts) == 0 {
		panic("service: " + caller + " called without parts")
	}
	byName := make(map[string]*member, len(parts))
	all := make([]*member, len(parts))
	for i, p := range parts {
		which := "part " + strconv.Itoa(i)
		switch {
		case p.Name == "":
			panic("service: " + caller + " called with a part without a name: " + which)
		case byName[p.Name] != nil:
			panic("service: " + caller + " called with two parts named " + p.Name)
		case p.Run == nil:
			panic("service: " + caller + " called with a nil Run: part " + p.Name)
		case p.Restart > Always:
			panic("service: " + caller + " called with an unknown Restart: part " + p.Name)
		case p.ReadyWithin < 0:
			panic("service: " + caller + " called with a ReadyWithin below zero: part " + p.Name)
		case p.Grace < 0:
			panic("service: " + caller + " called with a Grace below zero: part " + p.Name)
		}
		p.Backoff.check("part " + p.Name)
		p.Needs = slices.Clone(p.Needs)
		all[i] = &member{Part: p}
		byName[p.Name] = all[i]
	}
	for _, m := range all {
		for _, name := range m.Needs {
			need := byName[name]
			if need == nil {
				panic("service: " + caller + " called with a part that needs one that is not there: " + m.Name + " needs " + name)
			}
			if !slices.Contains(m.needs, need) {
				m.needs = append(m.needs, need)
			}
		}
	}
	return inOrder(caller, all)
}

// inOrder goes down the needs of each member. It keeps the way it came itself,
// instead of on the stack, to name a ring.
func inOrder(caller string, all []*member) []*member {
	const (
		unseen = iota
		onTheWay
		placed
	)
	state := make(map[*member]int, len(all))
	ordered := make([]*member, 0, len(all))
	type step struct {
		m    *member
		next int // which of its needs comes next
	}
	for _, m := range all {
		if state[m] != unseen {
			continue
		}
		way := []step{{m: m}}
		state[m] = onTheWay
		for len(way) > 0 {
			at := &way[len(way)-1]
			if at.next == len(at.m.needs) {
				state[at.m] = placed
				ordered = append(ordered, at.m)
				way = way[:len(way)-1]
				continue
			}
			need := at.m.needs[at.next]
			at.next++
			switch state[need] {
			case unseen:
				state[need] = onTheWay
				way = append(way, step{m: need})
			case onTheWay:
				var names []string
				from := slices.IndexFunc(way, func(s step) bool { return s.m == need })
				for _, s := range way[from:] {
					names = append(names, s.m.Name)
				}
				panic("service: " + caller + " called with parts that need each other in a ring: " +
					strings.Join(append(names, need.Name), " needs "))
			}
		}
	}
	for i, m := range slices.Backward(ordered) {
		seen := map[*member]bool{}
		for _, n := range ordered[i+1:] {
			if slices.ContainsFunc(n.needs, func(x *member) bool { return x == m || seen[x] }) {
				seen[n] = true
				m.above = append(m.above, n)
			}
		}
	}
	return ordered
}
