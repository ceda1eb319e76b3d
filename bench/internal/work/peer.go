package work

import (
	"cmp"
	"slices"
)

// This file has what a peer is. Each has a file of its own, which makes it known
// with its adapters, and where those are many further files with more of them.

// A Peer is a library, or a way of writing by hand.
type Peer struct {
	Name   string
	Module string // its path, "" for the standard library
	About  string // how it does what it does here, where that is a choice

	place int
}

// Bare is the peer that all are compared with: the language and its standard
// library, used by hand.
const Bare = "bare"

// Braid is the name of this library among the peers.
const Braid = "braid"

type adapter func(*Peer)

var peers []*Peer

// newPeer makes a peer known; place says where it stands in the table.
func newPeer(place int, name, module, about string, adapters ...adapter) *Peer {
	p := &Peer{name, module, about, place}
	peers = append(peers, p)
	return p.also(adapters...)
}

// also gives a peer adapters that stand in another file than the peer. It returns
// the peer, so that it can be the value of a package's variable.
func (p *Peer) also(adapters ...adapter) *Peer {
	for _, to := range adapters {
		to(p)
	}
	return p
}

// Peers gives all peers in the order of the table.
func Peers() []*Peer {
	return slices.SortedStableFunc(slices.Values(peers), func(a, b *Peer) int { return cmp.Compare(a.place, b.place) })
}
