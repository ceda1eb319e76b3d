package temporal

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/internal/seam"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
)

// This file runs one task over a list of any length. What is kept: a workflow has
// no more under way than it can bear, and begins anew before its history is too
// long; what is under way then has ended, and what has been counted stays
// counted. The items and their results are in a Store; workflows only count.

// A Spread says how [FanMap] and [FanSettle] go about it. The zero Spread will do.
type Spread struct {
	// Into is the key under which the results are kept, and the ID of the workflow
	// that sees to it; by default one made of the calling workflow's run and the
	// task. What is there already, of an earlier run, is not worked out again.
	Into string
	// Limit is how many items of a chunk run at once on a worker; 0 means all.
	Limit int
	// Window is how many chunks are with workers at once; 0 means [Window], which is
	// also the most that one workflow has under way.
	Window int
	// Shard is how many chunks one workflow sees to; 0 means 500. If there are
	// more, child workflows do, each for so many.
	Shard int
	// Attempts is how often a chunk is given to a worker that dies, or to a Store
	// that fails, before that is an error; 0 means 10. The error of a task is
	// final; engine.Retry is for those.
	Attempts int
	// Heartbeat is after how long a silent worker is given up, a second at least;
	// 0 means 30 s.
	Heartbeat time.Duration
}

func (s Spread) check(caller string) Spread {
	if min(s.Limit, s.Window, s.Shard, s.Attempts) < 0 {
		panic("braid: " + caller + " called with a Spread that has a number below zero")
	}
	if s.Heartbeat != 0 && s.Heartbeat < time.Second {
		panic("braid: " + caller + " called with a Spread whose Heartbeat is less than a second")
	}
	def := func(n *int, to int) {
		if *n == 0 {
			*n = to
		}
	}
	def(&s.Window, Window)
	def(&s.Shard, 500)
	def(&s.Attempts, 10)
	if s.Heartbeat == 0 {
		s.Heartbeat = 30 * time.Second
	}
	return s
}

const (
	fanWorkflowName = "braid.fan"
	fanActivityName = "braid.fan.chunk"
	fanQuery        = "braid.fan.progress"
	// fanChildren is how many shards are under way at once; they share the window.
	fanChildren = 10
	// fanHistory is how many events a history has when the workflow begins anew,
	// should the server not have asked for it before.
	fanHistory = 8000
)

// fanJob is what all workflows and chunks of one call have in common.
type fanJob struct {
	Task   string `json:"task"`
	In     string `json:"in"`
	Len    int    `json:"len"`
	Chunk  int    `json:"chunk"`
	Settle bool   `json:"settle,omitempty"`
	Spread Spread `json:"spread"`
	Node   string `json:"node,omitempty"` // that waits for the chunk, in the workflow's tree
}

// fanRun is a part of it, for one workflow.
type fanRun struct {
	Job    fanJob   `json:"job"`
	From   int      `json:"from"` // the first chunk that has not been begun
	To     int      `json:"to"`
	Step   int      `json:"step"` // chunks a piece: more than one for a workflow with children
	Window int      `json:"window"`
	Count  fanCount `json:"count"` // of what has ended
}

type fanCount struct {
	Done   int `json:"done"`
	Failed int `json:"failed"`
}

// FanMap runs the task for each item of the list, on the workers, and gives the
// list of the results, in the order of the items. It waits until all that it has
// started has ended. There may be a million items: a chunk of them is one
// activity, in which they are tasks of one local group; chunks are dealt out by
// child workflows, which begin anew when their histories get long.
//
// The first failure cancels the rest, and what has not started is not. The error
// is a [*braid.GroupError] with the failed items, each under its number in the
// list, as far as they failed before they were stopped. If ctx dies, the error
// is as for [Run]. The workers must have one [Store], by [FanStore] or [RegisterFan]. FanMap
// panics if ctx or t is nil, or the Spread makes no sense.
func FanMap[In, Out any](ctx workflow.Context, t *engine.Task[In, Out], in List[In], s Spread) (List[Out], error) {
	if ctx == nil || t == nil {
		panic("braid: FanMap called with a nil context or task")
	}
	into, _, err := fan(ctx, t.Name(), List[struct{}](in), false, s.check("FanMap"))
	if err != nil {
		return List[Out]{}, err
	}
	return List[Out]{Key: into, Len: in.Len, Chunk: in.Chunk}, nil
}

// FanSettle is [FanMap] that goes on whatever fails, and gives the list of how
// each item ended, and how many did not succeed. The error is nil unless ctx died
// or a worker or the [Store] failed for good.
func FanSettle[In, Out any](ctx workflow.Context, t *engine.Task[In, Out], in List[In], s Spread) (List[Settled[Out]], int, error) {
	if ctx == nil || t == nil {
		panic("braid: FanSettle called with a nil context or task")
	}
	into, count, err := fan(ctx, t.Name(), List[struct{}](in), true, s.check("FanSettle"))
	if err != nil {
		return List[Settled[Out]]{}, count.Failed, err
	}
	return List[Settled[Out]]{Key: into, Len: in.Len, Chunk: in.Chunk}, count.Failed, nil
}

func fan(ctx workflow.Context, task string, in List[struct{}], settle bool, s Spread) (into string, count fanCount, err error) {
	if s.Into == "" {
		info := workflow.GetInfo(ctx)
		s.Into = path.Join("fan", url.PathEscape(info.WorkflowExecution.ID), info.OriginalRunID, url.PathEscape(task), in.Key)
		if settle {
			s.Into += "/settled"
		}
	}
	job := fanJob{Task: task, In: in.Key, Len: in.Len, Chunk: in.Chunk, Settle: settle, Spread: s}
	run := fanRun{Job: job, To: chunks(in.Len, in.Chunk), Step: 1, Window: min(s.Window, Window)}
	if run.To > s.Shard {
		run.Step = s.Shard
		run.Window = min(fanChildren, chunks(run.To, s.Shard))
	}
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: s.Into, WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary: fmt.Sprintf("%s over %d items", task, in.Len),
	})
	err = Run(ctx, func(ctx workflow.Context, g *Group) (err error) {
		count, err = Child[fanCount](ctx, fanWorkflowName, run)
		return err
	})
	if ge, ok := err.(*braid.GroupError); ok {
		err = flatItems(ge, placeBelow(ctx, 0))
	}
	return s.Into, count, err
}

// runFan is the workflow.
func runFan(ctx workflow.Context, run fanRun) (fanCount, error) {
	var below []string // the shards under way
	err := workflow.SetQueryHandler(ctx, fanQuery, func() (fanStatus, error) {
		return fanStatus{run.Count, run.Job.Len, below}, nil
	})
	if err != nil {
		return run.Count, err
	}
	err = Run(ctx, func(ctx workflow.Context, g *Group) error {
		for begun := run.From; run.From < run.To && (run.From == begun || !fanFull(ctx)); {
			if err := g.awaitSlot(ctx); err != nil {
				return err
			}
			from, to := run.From, min(run.From+run.Step, run.To)
			run.From = to
			g.Go(func(ctx workflow.Context) error {
				count, err := run.piece(ctx, from, to, &below)
				run.Count.Done += count.Done
				run.Count.Failed += count.Failed
				return err
			}, Name(fmt.Sprintf("chunks[%d:%d]", from, to)))
		}
		return nil
	}, Limit(run.Window))
	switch ge, failed := err.(*braid.GroupError); {
	case failed:
		return run.Count, flatItems(ge, seam.NewPlace(nil, "", "", 0, nil))
	case err != nil:
		return run.Count, err
	case run.From < run.To:
		return run.Count, workflow.NewContinueAsNewError(ctx, fanWorkflowName, run)
	}
	return run.Count, nil
}

// fanFull reports whether the workflow should begin anew.
func fanFull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > fanHistory
}

// piece has the chunks from one up to another worked on: one by a worker, several
// by a workflow of their own.
func (run *fanRun) piece(ctx workflow.Context, from, to int, below *[]string) (fanCount, error) {
	s := run.Job.Spread
	if run.Step == 1 {
		first := from * run.Job.Chunk
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: aYear,
			HeartbeatTimeout:    s.Heartbeat,
			WaitForCancellation: true,
			RetryPolicy:         forDeaths(int32(s.Attempts)),
			Summary:             fmt.Sprintf("%s[%d:%d]", run.Job.Task, first, min(first+run.Job.Chunk, run.Job.Len)),
		})
		job := run.Job
		job.Node = waiter(ctx)
		return Activity[fanCount](ctx, fanActivityName, job, from)
	}
	id := fmt.Sprintf("%s/%d", s.Into, from)
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: id, WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary: fmt.Sprintf("%s, chunks %d to %d", run.Job.Task, from, to),
	})
	*below = append(*below, id)
	defer func() {
		for i, b := range *below {
			if b == id {
				*below = append((*below)[:i:i], (*below)[i+1:]...)
				return
			}
		}
	}()
	part := fanRun{Job: run.Job, From: from, To: to, Step: 1, Window: min(max(1, s.Window/run.Window), Window)}
	return Child[fanCount](ctx, fanWorkflowName, part)
}

// flatItems makes one group's error of the items that failed, wherever in the
// tree they are, and of what else did.
func flatItems(err error, place any) error {
	ofItem := func(node error) bool {
		te, ok := node.(*braid.TaskError)
		return ok && te != nil && te.Item() >= 0
	}
	items, rest := braid.Split(err, ofItem)
	if items == nil {
		return err
	}
	g := seam.FailedGroup{Place: place}
	braid.Split(items, func(node error) bool {
		if ofItem(node) {
			g.Errs = append(g.Errs, node)
			return true
		}
		return false
	})
	if rest != nil {
		g.Errs = append(g.Errs, rest)
	}
	return seam.NewGroupError(g)
}

// fanStatus is what the query gives.
type fanStatus struct {
	Count fanCount `json:"count"`
	Total int      `json:"total"`
	Below []string `json:"below,omitempty"`
}

// FanProgress is how far a [FanMap] or [FanSettle] is, in items.
type FanProgress struct {
	Done   int // have ended
	Failed int // of these
	Total  int
}

// QueryFan asks the workflows of a [FanMap] or [FanSettle] how far they are. The
// id is what its Spread calls Into. Items count when their chunk has ended. A
// shard that ends while it is asked may be counted as it was before.
func QueryFan(ctx context.Context, c client.Client, id string) (FanProgress, error) {
	status, err := queryFan(ctx, c, id)
	p := FanProgress{Done: status.Count.Done, Failed: status.Count.Failed, Total: status.Total}
	for _, shard := range status.Below {
		if below, failed := queryFan(ctx, c, shard); failed == nil { // it may not have begun yet
			p.Done += below.Count.Done
			p.Failed += below.Count.Failed
		}
	}
	return p, err
}

func queryFan(ctx context.Context, c client.Client, id string) (s fanStatus, err error) {
	v, err := c.QueryWorkflow(ctx, id, "", fanQuery)
	if err == nil {
		err = v.Get(&s)
	}
	return s, err
}
