package braid

// An edge is an order of events that users may rely on, or that we need
// ourselves, named for the race detector.
type edge uint8

const (
	taskEnded   edge = iota // → the join
	slotFreed               // → the next task of a limited group
	taskAdded               // → who walks the lists, also that of groups below
	waiterAdded             // → who finishes the task
)

// lockAll locks g.mu for who touches tasks that others have added.
func (g *Group) lockAll() {
	g.mu.Lock()
	g.sees(taskAdded)
}
