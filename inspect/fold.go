package inspect

import (
	"hash/maphash"
	"slices"
	"strconv"
)

// This file folds siblings that are alike, and chooses what is shown where there
// is too much.

// keepAlike is how many of those that are alike are shown, the oldest.
const keepAlike = 3

var seed = maphash.MakeSeed()

// sign gives every item a number that is that of its likes: those of the same
// kind, function and state with the same kinds of things in them.
func (it *item) sign() uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	put := func(texts ...string) {
		for _, s := range texts {
			h.WriteString(s)
			h.WriteByte(0)
		}
	}
	put(it.Type, it.alike, it.State, it.Kind, it.Func, it.Site)
	if it.Cancelled != nil {
		put("cancelled", it.Cancelled.Cause)
	}
	if w := it.Waits; w != nil {
		put("waits", w.For)
		if w.Ring {
			put(it.ID) // is like no other
		}
	}
	if it.Blocked != nil {
		put(it.Blocked.In, it.Blocked.Site, it.Blocked.Doing)
	}
	var kinds []uint64
	for _, k := range it.kids {
		kinds = append(kinds, k.sig)
	}
	slices.Sort(kinds)
	for _, k := range slices.Compact(kinds) {
		put(strconv.FormatUint(k, 36))
	}
	return h.Sum64()
}

// fold folds what is in the item, from below.
func (it *item) fold() {
	for _, k := range it.kids {
		k.fold()
	}
	it.sig = it.sign()
	it.kids = foldAll(it.kids)
	it.unseen("running", it.unseenRunning)
	it.unseen("queued", it.unseenQueued)
}

// foldAll leaves the first of each kind and puts how many more there are behind
// them.
func foldAll(all []*item) []*item {
	slices.SortStableFunc(all, func(a, b *item) int {
		if queued := a.State == "queued"; queued != (b.State == "queued") {
			if queued {
				return 1
			}
			return -1
		}
		return a.Since.Compare(b.Since)
	})
	if len(all) <= keepAlike {
		return all
	}
	count := map[uint64]int{}
	for _, it := range all {
		count[it.sig]++
	}
	seen := map[uint64]int{}
	var left []*item
	for _, it := range all {
		n := count[it.sig]
		seen[it.sig]++
		switch at := seen[it.sig]; {
		case n <= keepAlike+1 || at < keepAlike || it.Type == "body":
			left = append(left, it)
		case at == keepAlike:
			left = append(left, it, moreLike(it, n-keepAlike))
		}
	}
	return left
}

func moreLike(it *item, n int) *item {
	return &item{Node: &Node{ID: it.ID + ".more", Up: it.Up, Type: "more", Name: cut(it.alike, maxName), Path: it.Path, State: it.State, Like: it.ID, Count: n}, up: it.up}
}

// unseen adds the tasks that the look did not come to.
func (it *item) unseen(state string, n int) {
	if n == 0 {
		return
	}
	var like *item
	for _, k := range it.kids {
		switch {
		case k.Type == "more" && k.State == state:
			k.Count += n
			return
		case k.Type == "task" && k.State == state:
			like = k
		}
	}
	if like == nil {
		return // they have ended since
	}
	i := slices.Index(it.kids, like)
	it.kids = slices.Insert(it.kids, i+1, moreLike(like, n))
}

// selectFirst marks what is to be shown, from the top down, and gives how many
// are not.
func selectFirst(roots []*item, most int) (left int) {
	below := func(level []*item) (all []*item) {
		for _, it := range level {
			all = append(all, it.kids...)
		}
		return all
	}
	for level := roots; len(level) > 0; level = below(level) {
		n := min(most, len(level))
		for _, it := range level[:n] {
			it.shown = true
		}
		left += len(level) - n
		most -= n
	}
	return left
}

// emit lists what is shown.
func (it *item) emit(to []*Node) []*Node {
	if !it.shown { // so is nothing in it: the levels are shown in order
		return to
	}
	to = append(to, it.Node)
	for _, k := range it.kids {
		to = k.emit(to)
	}
	return to
}
