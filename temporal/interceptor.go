package temporal

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// This file has groups join what their tasks start by the SDK's own functions, and
// makes all groups of a workflow, those of its update handlers too, groups of one tree.
// What is kept: a future that is not ready when its group joins is waited for.

// Interceptor makes the workflows of a worker join all activities and child
// workflows that are started under a group, whoever starts them: it belongs into
// worker.Options.Interceptors. The workers of [Serve] have it. Without it that holds for
// what is started by [Activity] and [Child].
//
// Such activities and child workflows take their turn, too, where there are many of
// them (see [Window]): the SDK's function that starts one then waits for it.
//
// A cancelled activity or child counts as ended when it has ended, whatever its
// WaitForCancellation says, and one whose future nobody has waited for is
// cancelled when its task has returned, and waited for by the group.
func Interceptor() interceptor.WorkerInterceptor { return &joining{} }

type joining struct {
	interceptor.WorkerInterceptorBase
}

func (*joining) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &joiningInbound{}
	in.Next = next
	return in
}

type joiningInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	tree *tree // of the workflow
}

func (in *joiningInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &joiningOutbound{}
	out.Next = next
	return in.Next.Init(out)
}

func (in *joiningInbound) ExecuteWorkflow(ctx workflow.Context, input *interceptor.ExecuteWorkflowInput) (any, error) {
	return in.Next.ExecuteWorkflow(in.watched(ctx), input)
}

func (in *joiningInbound) ExecuteUpdate(ctx workflow.Context, input *interceptor.UpdateInput) (any, error) {
	return in.Next.ExecuteUpdate(in.watched(ctx), input)
}

// watched gives a context below which all groups are of the workflow's one tree.
func (in *joiningInbound) watched(ctx workflow.Context) workflow.Context {
	if in.tree == nil {
		in.tree = newTree(ctx)
	}
	return workflow.WithValue(ctx, treeKey{}, in.tree)
}

type joiningOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (out *joiningOutbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	g := groupOf(ctx)
	if g == nil {
		return out.Next.ExecuteActivity(ctx, name, args...)
	}
	t := takeTurn(ctx, activities, encoded(args), "activity "+name)
	f := out.Next.ExecuteActivity(workflow.WithWaitForCancellation(withTurn(ctx), true), name, args...)
	g.started(f)
	t.overWith(ctx, f)
	return f
}

func (out *joiningOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	f := out.Next.ExecuteLocalActivity(ctx, name, args...)
	if g := groupOf(ctx); g != nil {
		g.started(f)
	}
	return f
}

func (out *joiningOutbound) ExecuteChildWorkflow(ctx workflow.Context, name string, args ...any) workflow.ChildWorkflowFuture {
	g := groupOf(ctx)
	if g == nil {
		return out.Next.ExecuteChildWorkflow(ctx, name, args...)
	}
	opts := workflow.GetChildWorkflowOptions(ctx)
	opts.WaitForCancellation = true
	t := takeTurn(ctx, children, encoded(args), "child workflow "+name)
	f := out.Next.ExecuteChildWorkflow(workflow.WithChildOptions(withTurn(ctx), opts), name, args...)
	g.started(f)
	t.overWith(ctx, f)
	return f
}

// groupOf gives the group that ctx is in, or nil.
func groupOf(ctx workflow.Context) *Group {
	s := scopeOf(ctx)
	switch {
	case s == nil:
		return nil
	case s.task != nil:
		return s.task.g
	}
	return s.group
}

// started notes what the join has to wait for. What is ready meanwhile is let go
// of whenever there is twice as much as the last time.
func (g *Group) started(f workflow.Future) {
	if len(g.futures) >= g.many {
		kept := g.futures[:0]
		for _, f := range g.futures {
			if !f.IsReady() {
				kept = append(kept, f)
			}
		}
		clear(g.futures[len(kept):])
		g.futures = kept
		g.many = max(16, 2*len(kept))
	}
	g.futures = append(g.futures, f)
}

// joinStarted waits for what was started and is not ready. What their own tasks
// have started has been cancelled by now; what the body has, is.
func (g *Group) joinStarted() {
	for len(g.futures) > 0 {
		futures := g.futures
		g.futures = nil
		for _, f := range futures {
			if !f.IsReady() {
				g.kill(errEnded)
				_ = f.Get(g.parent, nil) // its error is its own: nobody has asked for it
			}
		}
	}
}
