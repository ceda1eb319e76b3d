//go:build unix

package service_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/braid-go/braid/service"
)

// This file shows real signals, to a process of its own.

const childEnv = "BRAID_SERVICE_CHILD"

// A childProcess runs the calling test again and is talked to.
type childProcess struct {
	*exec.Cmd
	out *bufio.Reader
}

func startChild(t *testing.T) *childProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=60s", "-test.count=1")
	cmd.Env = append(os.Environ(), childEnv+"="+t.Name())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &childProcess{cmd, bufio.NewReader(out)}
}

// until reads lines until one is the text.
func (c *childProcess) until(t *testing.T, text string) {
	t.Helper()
	for {
		line, err := c.out.ReadString('\n')
		if strings.TrimSpace(line) == text {
			return
		}
		if err != nil {
			t.Fatalf("the child ended without %q: %v", text, err)
		}
	}
}

func (c *childProcess) signal(t *testing.T, sig os.Signal) {
	t.Helper()
	if err := c.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

func TestRealSignalsStopSoftlyThenHardAndThenEndTheProcess(t *testing.T) {
	if os.Getenv(childEnv) == t.Name() {
		_ = service.Run(context.Background(), []service.Part{{Name: "deaf", Run: func(ctx context.Context, ready func()) error {
			ready()
			time.Sleep(time.Minute) // not even the hard stop helps
			return nil
		}}}, service.Signals(), service.Observe(func(e service.Event) { fmt.Println(e.Phase) }))
		return
	}
	if signal.Ignored(os.Interrupt) {
		t.Skip("the test runs in the background of a script, where interrupts end no process")
	}
	c := startChild(t)
	c.until(t, "running")
	c.signal(t, syscall.SIGTERM)
	c.until(t, "stopping")
	c.signal(t, os.Interrupt)
	c.until(t, "killing")
	c.signal(t, os.Interrupt) // to which it is deaf by the time it tells
	_, _ = io.Copy(io.Discard, c.out)
	err := c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("the child ended with %v", err)
	}
}

func TestSignalsAreLetGoOfAtTheEndAndIgnoredOnesStayIgnored(t *testing.T) {
	if os.Getenv(childEnv) == t.Name() {
		signal.Ignore(syscall.SIGHUP)
		err := service.Run(context.Background(), []service.Part{{Name: "a", Run: obeys(0, 0)}},
			service.Signals(syscall.SIGHUP, syscall.SIGTERM), service.Observe(func(e service.Event) { fmt.Println(e.Phase) }))
		fmt.Println("ended", err)
		time.Sleep(time.Minute) // SIGTERM is what it was
	}
	c := startChild(t)
	c.until(t, "running")
	c.signal(t, syscall.SIGHUP)
	c.signal(t, syscall.SIGTERM)
	c.until(t, "ended <nil>")
	c.signal(t, syscall.SIGTERM)
	_, _ = io.Copy(io.Discard, c.out)
	err := c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("the child ended with %v", err)
	}
}
