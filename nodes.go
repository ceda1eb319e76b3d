package braid

// This file makes the nodes of tasks that nobody has a handle of, and keeps them
// for use again, in the group's list of free ones.

const (
	maxNodes  = 18   // tasks that are made at once: no more fit into 1792 bytes
	maxSpares = 1024 // tasks kept for use again
)

// makeNodes makes as many tasks for use as there are, the body not counted. It
// unlocks g.mu meanwhile.
//
//go:noinline
func (g *Group) makeNodes() {
	n := max(1, min(g.fore-1, maxNodes))
	g.mu.Unlock()
	nodes := make([]task, n)
	g.mu.Lock()
	if !g.closed {
		g.putNodes(nodes)
	}
}

// reserve makes nodes for the first of n tasks that a new group will be handed.
func (g *Group) reserve(n int) {
	if n = min(n-1, maxNodes); n <= 0 || !reuse || g.cfg.attended {
		return
	}
	nodes := make([]task, n)
	g.mu.Lock()
	g.putNodes(nodes)
	g.mu.Unlock()
}

func (g *Group) putNodes(nodes []task) {
	for i := range nodes {
		nodes[i].g, nodes[i].next, g.free = g, g.free, &nodes[i]
	}
	g.spares += int16(len(nodes))
}

// spare gives a node that nobody uses, of which there is one, for a task.
func (g *Group) spare(run runner, pc uintptr, item int, opts *taskConfig) *task {
	t := g.free
	g.free = t.next
	g.spares--
	t.phase.Store(uint32(Queued))
	t.run, t.opts, t.pc, t.num = run, opts, pc, uint64(item)
	return t
}

// keepNode keeps a node for use again, unless there are enough.
//
//go:norace
func (g *Group) keepNode(t *task) {
	t.run, t.opts = nil, nil
	if g.spares < maxSpares {
		t.next, g.free = g.free, t
		g.spares++
	}
}

// recycle keeps the node of a task that nobody has a handle of. A node whose
// context was waited on, and may be kept, or that is part of others' paths, is
// left to the collector.
//
//go:norace
func (g *Group) recycle(t *task) {
	if handleless(t.run) && reuse && t.more == nil && t.flags.Load() == 0 {
		g.keepNode(t)
		return
	}
	t.run = nil
}
