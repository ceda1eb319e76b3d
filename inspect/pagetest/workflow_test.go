package pagetest

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
)

// This file tests what the page shows of a workflow on a real server, whose program is
// named by BRAID_TEMPORAL_SERVER, as in module temporal. The worker is this process.

// Picture is what the task is given.
type Picture struct{ File string }

// convert has groups of its own, and ends when it is cancelled.
var convert = engine.Define("convert", func(ctx context.Context, p Picture) (int, error) {
	return 0, braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, step := range []string{"decode", "scale", "upload"} {
			g.Go(untilCancelled, braid.Name(step+" "+p.File))
		}
		return nil
	}, braid.Name("steps"))
})

// publish is a workflow that stays until it is cancelled: two pictures on workers, a child,
// and a group of which a task does not obey.
func publish(ctx workflow.Context) error {
	return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
		for _, file := range []string{"cat.png", "dog.png"} {
			g.Go(func(ctx workflow.Context) error {
				_, err := temporal.CallTask(ctx, convert, Picture{file})
				return err
			}, temporal.Name(file))
		}
		g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, 24*time.Hour) }, temporal.Name("approval"))
		g.Go(func(ctx workflow.Context) error {
			ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID + "-mail"})
			_, err := temporal.Child[temporal.None](ctx, "mail")
			return err
		}, temporal.Name("mail"))
		g.Go(func(ctx workflow.Context) error {
			return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
				g.Go(func(ctx workflow.Context) error {
					return errors.Join(temporal.Sleep(ctx, time.Second), errors.New("out of paper"))
				}, temporal.Name("reserve"))
				g.Go(func(ctx workflow.Context) error {
					held, release := workflow.NewDisconnectedContext(ctx)
					defer release()
					return temporal.Sleep(held, time.Hour)
				}, temporal.Name("deaf"))
				return nil
			}, temporal.Name("print"))
		}, temporal.Name("print"), temporal.Background)
		return nil
	}, temporal.Name("publish"), temporal.Grace(time.Second))
}

func mail(ctx workflow.Context) error {
	return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
		g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) }, temporal.Name("letter"))
		return nil
	}, temporal.Name("letters"))
}

// temporalServer starts a server and gives its address.
func temporalServer(t *testing.T) string {
	t.Helper()
	program := os.Getenv("BRAID_TEMPORAL_SERVER")
	if program == "" {
		t.Skip("needs a real server: go build -C temporal/devserver -o /tmp/devserver . && BRAID_TEMPORAL_SERVER=/tmp/devserver go test")
	}
	cmd := exec.Command(program, "-until-eof", "-listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	at, ok := strings.CutPrefix(strings.TrimSpace(line), "listening at ")
	if err != nil || !ok {
		t.Fatalf("the server did not start: %q, %v", line, err)
	}
	return at
}

func TestThePageShowsAWorkflowWithTheGroupsOfItsWorkers(t *testing.T) {
	needBrowser(t)
	c, queue, err := temporal.Dial("temporal://"+temporalServer(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	own := temporal.Also(func(r worker.Registry) {
		r.RegisterWorkflowWithOptions(publish, workflow.RegisterOptions{Name: "publish"})
		r.RegisterWorkflowWithOptions(mail, workflow.RegisterOptions{Name: "mail"})
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: temporal.Handler(c, "issue-17")}
	run(t, "test", func(ctx context.Context, g *braid.Group) {
		g.Go(func(ctx context.Context) error {
			return temporal.Serve(ctx, c, queue, own, temporal.Grace(time.Second))
		})
		g.Go(func(context.Context) error { return server.Serve(l) })
		defer server.Close()
		if _, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "issue-17", TaskQueue: queue}, "publish"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.TerminateWorkflow(context.WithoutCancel(ctx), "issue-17", "", "the test is over") }()
		b := open(t, l.Addr().String(), chromedp.EmulateViewport(1360, 860))
		b.until(`$('#program').textContent.includes('publish issue-17')`)
		for _, name := range []string{"publish", "cat.png", "dog.png", "convert", "steps", "upload cat.png", "scale dog.png", "approval", "letters", "letter", "deaf"} {
			b.until("row('" + name + "')")
		}
		b.shot("workflow")
		b.until(`row('cat.png').classList.contains('running') && row('cat.png').innerText.includes('task convert on ')`)
		b.until(`row('mail').innerText.includes('child workflow mail issue-17-mail') && !$('#about').textContent.includes('pid')`)
		b.until(`row('print').innerText.includes('background')`)
		b.click(`row('cat.png')`)
		b.until(`why().includes('publish/cat.png') && why().includes('It is waiting for task convert on ')`)
		b.shot("workflow-task")
		b.click(`row('upload dog.png')`)
		b.until(`why().includes('publish/dog.png/convert/steps/upload dog.png')`)
		b.shot("workflow-worker")
		b.click(`row('deaf')`)
		b.until(`why().includes('out of paper') && why().includes('publish/print/print/reserve')`)
		b.until(`rows().some(r => name(r) === 'print' && r.innerText.includes('1 left') && r.innerText.includes('out of paper'))`)
		b.shot("workflow-cancelled")
		b.lose() // the server is closed before the tab
	})
}
