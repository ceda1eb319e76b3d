package temporal

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file is what a worker tells of the groups that its activities have open:
// it goes along with their signs of life, and whoever looks at the workflow finds it
// there (look.go). What is kept: it is small, and one look at the process serves
// all its activities.

const (
	sightEvery = 900 * time.Millisecond // a little less than a beat
	sightBytes = 16 << 10               // of one activity's groups
	sightNodes = 2000                   // of the process are looked at
)

// A sight is the last look at this process.
type sight struct {
	mu    sync.Mutex
	at    time.Time
	nodes []*inspect.Node
	index map[string]int
}

// of gives the group with that id and what is in it, but for one task, as far as
// there is room. It gives nothing of groups that were folded, since there are many
// like them.
func (s *sight) of(group, without string) (nodes []*inspect.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.at) > sightEvery {
		s.at, s.nodes, s.index = now, inspect.Take(inspect.Max(sightNodes)).Nodes, map[string]int{}
		for i, n := range s.nodes {
			s.index[n.ID] = i
		}
	}
	first, ok := s.index[group]
	if !ok {
		return nil
	}
	in := map[string]bool{s.nodes[first].Up: true}
	left := sightBytes
	for i, n := range s.nodes[first:] {
		if i > 0 && !in[n.Up] || i > 0 && n.Up == s.nodes[first].Up {
			return nodes
		}
		in[n.ID] = true
		if n.ID == without {
			continue
		}
		if left -= nodeSize(n); left < 0 {
			return nodes
		}
		nodes = append(nodes, bare(n, i == 0))
	}
	return nodes
}

// bare gives a node without what only says how activities are run here: that they
// have a year, and of the outermost group the function that is its body, and the task
// that tells of it.
func bare(n *inspect.Node, outermost bool) *inspect.Node {
	c := *n
	if c.Deadline != nil && time.Until(c.Deadline.At) > 30*24*time.Hour {
		c.Deadline = nil
	}
	if outermost {
		c.Running = max(0, c.Running-1)
		if strings.HasPrefix(c.Name, "(*localRun).") {
			c.Name = "(worker)"
		}
	}
	return &c
}

// nodeSize is about how many bytes a node has as JSON.
func nodeSize(n *inspect.Node) int {
	size := 256 + 2*(len(n.Name)+len(n.Path)+len(n.Func)+len(n.Site))
	if n.Cancelled != nil {
		size += 2 * (len(n.Cancelled.Cause) + len(n.Cancelled.Reason) + len(n.Cancelled.By))
	}
	return size
}

// placeIn gives the ids of the group that ctx belongs to, and of its task.
func placeIn(ctx context.Context) (group, task string) {
	ref := seam.Of(ctx)
	return nodeID(ref.Group, 0), nodeID(ref.Group, ref.Task)
}

func nodeID(group, task uint64) string {
	id := strconv.FormatUint(group, 36)
	if task != 0 {
		id += "." + strconv.FormatUint(task, 36)
	}
	return id
}

// waiter gives the id that the task or body of ctx has in the workflow's tree.
func waiter(ctx workflow.Context) string {
	switch s := scopeOf(ctx); {
	case s == nil || s.task == nil && s.group == nil:
		return ""
	case s.task != nil:
		return nodeID(s.task.g.id, s.task.id)
	default:
		return nodeID(s.group.id, 0) + ".body"
	}
}

// groupOfNode gives the id of the group that a node is in.
func groupOfNode(id string) string {
	group, _, _ := strings.Cut(id, ".")
	return group
}
