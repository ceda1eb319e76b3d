package temporal_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/temporal"
)

// This file looks at what workers do.

// seen waits until the tree of a workflow has all that is wanted, and gives it.
func seen(t *testing.T, c client.Client, id string, want ...string) (text string) {
	t.Helper()
	h := temporal.Handler(c, id)
	defer func() {
		if t.Failed() {
			t.Logf("the tree was\n%s", text)
		}
	}()
	until(t, strings.Join(want, ", "), func() bool {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/tree.txt", nil))
		text = w.Body.String()
		for _, part := range want {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	})
	return text
}

// running gives the id of the workflow of a queue.
func running(t *testing.T, c client.Client, queue string) (id string) {
	t.Helper()
	until(t, "the workflow in the list", func() bool {
		list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "TaskQueue = '" + queue + "' AND ExecutionStatus = 'Running'"})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Executions) > 0 {
			id = list.Executions[0].Execution.WorkflowId
		}
		return id != ""
	})
	return id
}

func TestServer_OneTreeHasAJobAndTheGroupsOfItsTasksOnWorkers(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	dir, all := steps(t, 4)
	startWorker(t, at, queue)
	wait := begin(t, t.Context(), func(ctx context.Context) ([]int, error) {
		return engine.Map(ctx, temporal.Engine(c, queue, temporal.Batch(2)), nested, all)
	})
	text := seen(t, c, running(t, c, queue), "live.nested[0..1]", "live.nested[3]", "inner · run", "leaf-0", "leaf-3", "activity braid.batch on ")

	if pos := strings.Index(text, "leaf-3"); pos < strings.Index(text, "live.nested[2..3]") {
		t.Errorf("the leaf is not below its batch:\n%s", text)
	}
	dir.create(t, "go")
	if _, err := wait(); err != nil {
		t.Error(err)
	}
}

func TestServer_OneTreeHasAFanItsShardsAndTheGroupsOfItsTasksOnWorkers(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	dir, all := steps(t, 8)
	where := t.TempDir()
	store, err := temporal.DirStore(where)
	if err != nil {
		t.Fatal(err)
	}
	list, err := temporal.PutList(t.Context(), store, "steps", 2, func(yield func(Step) bool) {
		for _, s := range all {
			if !yield(s) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	startWorker(t, at, queue, "BRAID_TEST_STORE="+where)
	run := start(t, c, queue, "live.nest", list, temporal.Spread{Shard: 2})
	seen(t, c, run.GetID(), "chunks[0:2]", "chunks[2:4]", "chunks[3:4]", "leaf-0", "leaf-7", "activity braid.fan.chunk on ")

	dir.create(t, "go")
	if err := run.Get(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestServer_AJobIsFoundByItsSearchAttributes(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	customer := sdk.NewSearchAttributeKeyKeyword("BraidCustomer")
	e := temporal.Engine(c, queue, temporal.SearchAttributes(sdk.NewSearchAttributes(customer.ValueSet("c-17"))))
	startWorker(t, at, queue)
	if _, err := engine.Call(t.Context(), e, enginetest.Halve, 4); err == nil || !strings.Contains(err.Error(), "BraidCustomer") {
		t.Errorf("an attribute that the namespace does not know: %v", err)
	}
	_, err := c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: "default", SearchAttributes: map[string]enumspb.IndexedValueType{customer.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD},
	})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "a job with an attribute", func() bool { // the server may learn of it a little later
		n, err := engine.Call(t.Context(), e, enginetest.Halve, 4)
		return n == 2 && err == nil
	})
	until(t, "the job among those found", func() bool {
		list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "BraidCustomer = 'c-17'"})
		return err == nil && len(list.Executions) > 0 && strings.HasPrefix(list.Executions[0].Execution.WorkflowId, "braid-enginetest.halve-")
	})
}
