package temporal_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/temporal"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// odd is a server whose workers tell of trees as no worker of this package does.
type odd struct {
	client.Client
	workflow []*inspect.Node
	activity map[string]any
}

func payloads(v any) *commonpb.Payloads {
	p, err := converter.GetDefaultDataConverter().ToPayloads(v)
	if err != nil {
		panic(err)
	}
	return p
}

func (o *odd) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return client.NewValue(payloads(&inspect.Snapshot{Version: inspect.Version, Nodes: o.workflow})), nil
}

func (o *odd) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: []*workflowpb.PendingActivityInfo{{
		ActivityId: "7", ActivityType: &commonpb.ActivityType{Name: "braid.batch"}, State: enumspb.PENDING_ACTIVITY_STATE_STARTED,
		HeartbeatDetails: payloads(o.activity), LastWorkerIdentity: "w@",
	}}}, nil
}

func TestWhatAWorkerTellsMayHaveGapsAndRings(t *testing.T) {
	task := func(id, up string) *inspect.Node {
		return &inspect.Node{ID: id, Up: up, Type: "task", Kind: "ordinary", State: "queued", Name: "task " + id, Path: id}
	}
	o := &odd{
		workflow: []*inspect.Node{nil, task("1", ""), task("", ""), task("s", "s")},
		activity: map[string]any{"node": "1", "tree": []*inspect.Node{nil, task("x", "x"), nil, task("a", "b"), task("b", "a"), task("", "")}},
	}
	s, err := temporal.Look(t.Context(), o, "w")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	temporal.Handler(o, "w").ServeHTTP(w, httptest.NewRequest("GET", "/tree.txt", nil))
	for what, text := range map[string]string{"the tree": s.String(), "what is served": w.Body.String()} {
		for _, part := range []string{"\ntask 1 · queued\n", "─ task x · ", "\ntask a · queued\n└─ task b · ", "\ntask s · "} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %s:\n%s", part, what, text)
			}
		}
	}
	o.activity["tree"] = []*inspect.Node{nil}
	if _, err := temporal.Look(t.Context(), o, "w"); err != nil {
		t.Error(err)
	}
}
