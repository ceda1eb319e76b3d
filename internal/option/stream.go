// Package option holds what options of package braid and of the packages beside
// it set in common, so that the same words serve both.
package option

import "context"

// Stream is what the options of package stream set. Zero values mean that
// nothing was said.
type Stream struct {
	Seen      uint32 // bits of the options given
	Name      string
	Limit     int
	Rate      interface{ Wait(context.Context) error }
	Track     any // a braid.Tracker
	Unordered bool
	Buffer    int
}

// Bits of Stream.Seen. The lower half is package braid's, the upper half is
// package stream's.
const (
	SeenName uint32 = 1 << iota
	SeenLimit
	SeenRate
	SeenTrack

	SeenUnordered uint32 = 1 << (iota + 12)
	SeenBuffer
)

// Once notes that an option was given, and panics if it was before.
func Once(seen *uint32, bit uint32, option string) {
	if *seen&bit != 0 {
		panic("braid: option " + option + " given twice")
	}
	*seen |= bit
}
