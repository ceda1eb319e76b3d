package temporal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// flaky is a client whose server does not answer now and then.
type flaky struct {
	*paper
	away    int // so often each call finds nobody
	starts  int
	gets    int
	cancels []string
	lost    error // what starting fails with for good
}

func (f *flaky) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	if f.starts++; f.starts <= f.away {
		return nil, serviceerror.NewUnavailable("nobody is there")
	}
	if f.lost != nil {
		return nil, f.lost
	}
	run, err := f.paper.ExecuteWorkflow(ctx, o, workflow, args...)
	return &flakyRun{run, f}, err
}

func (f *flaky) CancelWorkflow(_ context.Context, id, _ string) error {
	f.cancels = append(f.cancels, id)
	return nil
}

type flakyRun struct {
	client.WorkflowRun
	f *flaky
}

func (r *flakyRun) Get(ctx context.Context, to any) error {
	if r.f.gets++; r.f.gets <= r.f.away {
		return context.DeadlineExceeded
	}
	return r.WorkflowRun.Get(ctx, to)
}

func TestAJobOutlastsAServerThatDoesNotAnswerAtItsBeginningAndAtItsEnd(t *testing.T) {
	f := &flaky{paper: onPaper(), away: 2}
	sizes, err := engine.Map(t.Context(), temporal.Engine(f, "queue"), measure, []string{"a", "bb"})
	if !slices.Equal(sizes, []int{1, 2}) || err != nil || f.starts != 3 || f.gets != 3 || len(f.cancels) > 0 {
		t.Errorf("%v, %v after %d starts and %d looks, %q cancelled", sizes, err, f.starts, f.gets, f.cancels)
	}
}

func TestAJobThatIsRefusedIsAnErrorAtOnce(t *testing.T) {
	f := &flaky{paper: onPaper(), lost: serviceerror.NewNamespaceNotFound("nowhere")}
	_, err := engine.Map(t.Context(), temporal.Engine(f, "queue"), measure, []string{"a"})
	var gone *serviceerror.NamespaceNotFound
	if !errors.As(err, &gone) || f.starts != 1 {
		t.Errorf("%v after %d starts", err, f.starts)
	}
}

func TestAJobThatIsCancelledWhileItIsStartedIsNotLeftBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &flaky{paper: onPaper(), lost: serviceerror.NewDeadlineExceeded("no answer")}
	e := temporal.Engine(&cancelling{f, cancel}, "queue")
	_, err := engine.Map(ctx, e, measure, []string{"a"})
	if !errors.Is(err, context.Canceled) || f.starts != 1 || len(f.cancels) != 1 {
		t.Errorf("%v after %d starts, %q cancelled", err, f.starts, f.cancels)
	}
}

// cancelling cancels while it starts.
type cancelling struct {
	*flaky
	cancel func()
}

func (c *cancelling) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	c.cancel()
	return c.flaky.ExecuteWorkflow(ctx, o, workflow, args...)
}
