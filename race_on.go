//go:build race

package braid

import (
	"runtime"
	"sync"
	"unsafe"
)

// The race detector takes a mutex for an order of events: who locks it comes
// after who unlocked it before. Every task passes the group's mutex when it
// ends, and so does who spawns the next one, which would order the two tasks
// and hide a race between them, as running both on one goroutine would. So
// under the detector tasks have goroutines of their own, and the two sections
// that every task passes are hidden from it: add and retire, with all they
// call, are compiled without its instrumentation and lock without its notice.
// The order that is really promised is told in its place.

const reuse = false

// lockUnseen locks g.mu. Until unlockUnseen the detector hears of no event on
// this goroutine.
//
//go:norace
func (g *Group) lockUnseen() {
	runtime.RaceDisable()
	g.mu.Lock()
}

//go:norace
func (g *Group) unlockUnseen() {
	if g.limited {
		runtime.RaceEnable()
		g.shows(slotFreed)
		runtime.RaceDisable()
	}
	g.mu.Unlock()
	runtime.RaceEnable()
}

// raceOff hides events from the detector, on this goroutine, until raceOn.
func raceOff() { runtime.RaceDisable() }
func raceOn()  { runtime.RaceEnable() }

// published says that what this goroutine did comes before what those do who
// look, and says so with seen. It orders none of those who publish.
func published(at *sync.Mutex) { runtime.RaceReleaseMerge(unsafe.Pointer(at)) }
func seen(at *sync.Mutex)      { runtime.RaceAcquire(unsafe.Pointer(at)) }

// sees says that what comes after on this goroutine comes after what others
// did before they showed e.
func (g *Group) sees(e edge) { runtime.RaceAcquire(g.point(e)) }

// shows says that what this goroutine did comes before what others do that see e.
func (g *Group) shows(e edge) { runtime.RaceReleaseMerge(g.point(e)) }

// point gives an address in the group to stand for e. The list's words do: the
// detector keeps order apart from access.
func (g *Group) point(e edge) unsafe.Pointer {
	switch e {
	case taskEnded:
		return unsafe.Pointer(&g.pending)
	case slotFreed:
		return unsafe.Pointer(&g.slots)
	case taskAdded:
		return unsafe.Pointer(&g.first)
	default:
		return unsafe.Pointer(&g.queue)
	}
}
