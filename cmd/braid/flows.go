package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/braid-go/braid/cmd/braid/internal/look"
	"github.com/braid-go/braid/cmd/braid/internal/report"
	"github.com/braid-go/braid/temporal"
)

// This file looks at workflows of a Temporal server as at programs: what answers for
// a workflow is served, on a loopback port, for as long as somebody looks.

const maxFlows = 100 // that are listed

// isServer reports whether an address is that of a Temporal server.
func isServer(address string) bool { return strings.HasPrefix(address, "temporal://") }

// flow gives a workflow of the server at an address as something to look at.
func flow(address, id string) (*look.Target, error) {
	if id == "" {
		return nil, usageError{error: errors.New("which workflow? give --workflow ID; braid ps " + address + " lists those that run")}
	}
	c, _, err := dial(address)
	if err != nil {
		return nil, unseen(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.Close()
		return nil, unseen(err)
	}
	h := temporal.Handler(c, id)
	go func() { _ = http.Serve(l, h) }() //braid:ignore loose it serves for as long as the command runs
	at, err := look.Parse("http://" + l.Addr().String() + "/")
	if err != nil {
		return nil, err
	}
	at.Name = id
	return at, nil
}

// flows lists the workflows that run at a server.
func flows(ctx context.Context, address string) error {
	c, _, err := dial(address)
	if err != nil {
		return unseen(err)
	}
	defer c.Close()
	text, err := flowList(ctx, c)
	if err != nil {
		return unseen(err)
	}
	return show([]byte(text))
}

func flowList(ctx context.Context, c client.Client) (string, error) {
	list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "ExecutionStatus = 'Running'", PageSize: maxFlows})
	if err != nil {
		return "", err
	}
	if len(list.Executions) == 0 {
		return "", errors.New("no workflow runs there")
	}
	all := list.Executions
	slices.SortFunc(all, func(a, b *workflowpb.WorkflowExecutionInfo) int {
		return a.StartTime.AsTime().Compare(b.StartTime.AsTime())
	})
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "UP\tTYPE\tQUEUE\tWORKFLOW")
	for _, e := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", report.Duration(time.Since(e.StartTime.AsTime())), look.Line(e.Type.GetName()), look.Line(e.TaskQueue), look.Line(e.Execution.WorkflowId))
	}
	w.Flush()
	if len(list.NextPageToken) > 0 {
		fmt.Fprintf(&b, "…and more: these are the latest %d\n", maxFlows)
	}
	return b.String(), nil
}

// dial connects to a server. What its errors say has the command's name before it.
func dial(address string) (client.Client, string, error) {
	c, queue, err := temporal.Dial(address, nil)
	if err != nil {
		return nil, "", errors.New(strings.TrimPrefix(err.Error(), "braid: "))
	}
	return c, queue, nil
}
