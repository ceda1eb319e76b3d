package temporal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/braid-go/braid/inspect"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// This file looks at a workflow from outside, with the child workflows that it
// waits for, and with the groups in which workers run its tasks, as at one tree.

// maxChildren is how many child workflows a look asks.
const maxChildren = 50

// Look gives the tree of the groups that a workflow has open, and below it those
// of its running child workflows (of the first 50; those that do not answer are
// left out) and those in which workers run its tasks of package engine, as they told
// with their last sign of life, some second ago. It blocks until a worker has answered for the workflow, or ctx is
// dead: a workflow whose workers are all gone cannot be asked. It is an error if
// the workflow is not known, or has opened no group. Of one that has ended the tree
// is empty, unless it was cut off.
func Look(ctx context.Context, c client.Client, workflowID string) (*inspect.Snapshot, error) {
	if ctx == nil || c == nil || workflowID == "" {
		panic("braid: Look called with a nil context or client, or without a workflow")
	}
	s, err := askTree(ctx, c, workflowID)
	if err != nil {
		return nil, fmt.Errorf("braid: the workflow %s does not tell of its groups: %w", workflowID, err)
	}
	left := maxChildren
	addBelow(ctx, c, workflowID, s, "", &left)
	s.Time = time.Now().Round(0)
	return s, nil
}

// Handler serves what [Look] gives as inspect.Handler serves the groups of a
// process: the page, tree.json, tree.txt and the rest, for a browser and for the
// command braid ps. The workflow is asked at each request. It panics as Look does.
func Handler(c client.Client, workflowID string) http.Handler {
	if c == nil || workflowID == "" {
		panic("braid: Handler called with a nil client or without a workflow")
	}
	return inspect.HandlerOf(func(ctx context.Context) (*inspect.Snapshot, error) { return Look(ctx, c, workflowID) })
}

func askTree(ctx context.Context, c client.Client, id string) (*inspect.Snapshot, error) {
	v, err := c.QueryWorkflow(ctx, id, "", TreeQuery)
	if err != nil {
		return nil, err
	}
	s := &inspect.Snapshot{}
	err = v.Get(s)
	s.Nodes = there(s.Nodes)
	return s, err
}

// there leaves out nodes that are null: what is told may come from anywhere.
func there(nodes []*inspect.Node) []*inspect.Node {
	return slices.DeleteFunc(nodes, func(n *inspect.Node) bool { return n == nil })
}

// addBelow adds to a workflow's tree what is known of its children's, and of what its
// activities do on workers: each below the task that waits for it, if that can be
// told, and else below the group that it is in, or the outermost one.
func addBelow(ctx context.Context, c client.Client, id string, s *inspect.Snapshot, prefix string, left *int) {
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return
	}
	own := s.Nodes
	for _, a := range d.PendingActivities {
		addActivity(a, own, s, fmt.Sprintf("%sa%s-", prefix, a.ActivityId))
	}
	for _, child := range d.PendingChildren {
		if *left == 0 {
			return
		}
		*left--
		below, err := askTree(ctx, c, child.WorkflowId)
		if err != nil {
			continue // it may have ended, or not begun
		}
		mark := fmt.Sprintf("%s%d-", prefix, child.InitiatedId)
		addBelow(ctx, c, child.WorkflowId, below, mark, left)
		graft(s, below, waiting(own, child.WorkflowId), mark)
	}
}

// addActivity adds what the worker that has an activity of ours has told of it last.
func addActivity(a *workflowpb.PendingActivityInfo, own []*inspect.Node, s *inspect.Snapshot, mark string) {
	if t := a.ActivityType.GetName(); t != batchActivity && t != fanActivityName || a.HeartbeatDetails == nil {
		return
	}
	var told kept
	if converter.GetDefaultDataConverter().FromPayloads(a.HeartbeatDetails, &told) != nil {
		return // it is encrypted, say
	}
	told.Tree = there(told.Tree)
	under := nodeNamed(own, told.Node)
	on := " on " + strings.TrimSuffix(a.LastWorkerIdentity, "@")
	if a.Attempt > 1 {
		on += fmt.Sprintf(", attempt %d", a.Attempt)
	}
	folded := under == nil // behind some that are like it
	if under != nil && under.Blocked != nil && a.State == enumspb.PENDING_ACTIVITY_STATE_STARTED {
		under.Blocked.Doing += on
	}
	if under == nil {
		if under = nodeNamed(own, groupOfNode(told.Node)); under == nil {
			return
		}
	}
	if len(told.Tree) == 0 || a.State != enumspb.PENDING_ACTIVITY_STATE_STARTED {
		return // nobody has it now
	}
	below := &inspect.Snapshot{Nodes: told.Tree}
	told.Tree[0].Up = ""
	if told.Tree[0].Path == under.Path { // a CallTask's, whose paths on the worker begin with the caller's
		told.Tree[0].Name = "(worker)"
		for _, n := range told.Tree {
			n.Path = strings.TrimPrefix(strings.TrimPrefix(n.Path, under.Path), "/")
		}
	}
	if folded {
		told.Tree[0].Name += on
	}
	for _, n := range told.Tree {
		count := 1
		switch n.Type {
		case "group":
			below.Totals.Groups++
			continue
		case "body":
			continue
		case "more":
			count = n.Count
		}
		below.Totals.Tasks += count
		if n.State == "queued" {
			below.Totals.Queued += count
		} else {
			below.Totals.Running += count
		}
	}
	graft(s, below, under, mark)
}

func nodeNamed(nodes []*inspect.Node, id string) *inspect.Node {
	for _, n := range nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// waiting gives the node that waits for a child workflow.
func waiting(nodes []*inspect.Node, child string) *inspect.Node {
	for _, n := range nodes {
		if n.Blocked != nil && strings.HasSuffix(n.Blocked.Doing, " "+child) {
			return n
		}
	}
	if len(nodes) > 0 {
		return nodes[0]
	}
	return nil
}

// graft adds the nodes of another tree below a node of s.
func graft(s, below *inspect.Snapshot, under *inspect.Node, mark string) {
	for _, n := range below.Nodes {
		if !strings.HasPrefix(n.ID, mark) { // it is not of a child's child
			n.ID = mark + n.ID
		}
		switch {
		case n.Up != "" && !strings.HasPrefix(n.Up, mark):
			n.Up = mark + n.Up
		case n.Up == "" && under != nil:
			n.Up = under.ID
		}
		if n.Like != "" && !strings.HasPrefix(n.Like, mark) {
			n.Like = mark + n.Like
		}
		if under != nil && under.Path != "" {
			n.Path = strings.TrimSuffix(under.Path+"/"+n.Path, "/")
		}
	}
	s.Nodes = append(s.Nodes, below.Nodes...)
	s.Truncated += below.Truncated
	s.Totals.Groups += below.Totals.Groups
	s.Totals.Tasks += below.Totals.Tasks
	s.Totals.Running += below.Totals.Running
	s.Totals.Queued += below.Totals.Queued
	s.Totals.Ended.Succeeded += below.Totals.Ended.Succeeded
	s.Totals.Ended.Failed += below.Totals.Ended.Failed
	s.Totals.Ended.Cancelled += below.Totals.Ended.Cancelled
	s.Totals.Ended.Skipped += below.Totals.Ended.Skipped
}
