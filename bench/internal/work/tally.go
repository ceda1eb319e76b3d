package work

import "sync/atomic"

// This file is what those need who build a quorum on a group that ends at its
// first error.

// A tally counts how functions ended and says when it is decided whether enough
// succeed.
type tally struct {
	need, of     int
	wins, losses atomic.Int32
}

// add gives errEnough when it is decided.
func (t *tally) add(err error) error {
	if err == nil {
		if int(t.wins.Add(1)) < t.need {
			return nil
		}
	} else if int(t.losses.Add(1)) <= t.of-t.need {
		return nil
	}
	return errEnough
}
