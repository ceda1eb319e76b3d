//go:build race

package braidtest

import "runtime"

// unseen hides from the race detector, until seen, what this goroutine does to
// wait and to wake: that tests are steered is to order nothing.
func unseen() { runtime.RaceDisable() }
func seen()   { runtime.RaceEnable() }
