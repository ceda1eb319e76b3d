// Commands and requests that are made as literals.

package noctx

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
)

func literal(ctx context.Context, dir string) ([]byte, error) {
	cmd := exec.Cmd{Path: "/bin/ls", Dir: dir} // want `what is made so does not know ctx: use exec.CommandContext`
	return cmd.Output()
}

func literalRun(ctx context.Context, dir string) error {
	var out bytes.Buffer
	cmd := &exec.Cmd{Path: "/bin/ls", Dir: dir, Stdout: &out} // want `what is made so does not know ctx`
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func newRun(ctx context.Context) error {
	cmd := new(exec.Cmd) // want `what is made so does not know ctx`
	cmd.Path = "/bin/ls"
	return cmd.Run()
}

func literalStarted(ctx context.Context) error {
	cmd := exec.Cmd{Path: "/bin/daemon"}
	return cmd.Start()
}

func literalKilled(ctx context.Context) error {
	cmd := exec.Cmd{Path: "/bin/sh"}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { cmd.Process.Kill() })()
	return cmd.Wait()
}

func literalShell(ctx context.Context) error {
	cmd := exec.Cmd{Path: "/bin/sh", Stdin: os.Stdin}
	return cmd.Run()
}

func literalGiven(ctx context.Context, run func(context.Context, *exec.Cmd) error) error {
	cmd := &exec.Cmd{Path: "/bin/sh"}
	return run(ctx, cmd)
}

func literalAlone() error {
	cmd := exec.Cmd{Path: "/bin/sh"}
	return cmd.Run()
}

func literalRequest(ctx context.Context, u *url.URL) (*http.Response, error) {
	req := &http.Request{Method: "GET", URL: u} // want `what is made so does not know ctx: use http.NewRequestWithContext`
	req.Header = http.Header{}
	return http.DefaultClient.Do(req)
}

func literalWith(ctx context.Context, u *url.URL) (*http.Response, error) {
	req := &http.Request{Method: "GET", URL: u}
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func literalKept(ctx context.Context, u *url.URL) *http.Request {
	req := &http.Request{Method: "GET", URL: u}
	return req
}
