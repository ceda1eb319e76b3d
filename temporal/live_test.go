package temporal_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/client"
)

// This file is what tests with a real server and workers in other processes
// begin with. The server's program is named by BRAID_TEMPORAL_SERVER; it is built
// from the folder devserver. Without it such tests are skipped. Workers are this
// test binary, started again.

const (
	serverVariable = "BRAID_TEMPORAL_SERVER" // the program
	workerVariable = "BRAID_TEST_WORKER"     // HOST:PORT QUEUE: be a worker
)

func init() { temporal.RegisterError("enginetest.odd", enginetest.ErrOdd) }

func TestMain(m *testing.M) {
	if at := os.Getenv(workerVariable); at != "" {
		workerMain(at)
		return
	}
	code := m.Run()
	if shared.server != nil {
		shared.server.stop()
	}
	os.Exit(code)
}

// server is a running one.
type server struct {
	at  string // HOST:PORT
	cmd *exec.Cmd
	in  interface{ Close() error }
}

// startServer starts a server; with a file db it can be started again and go on.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	program := os.Getenv(serverVariable)
	if program == "" {
		t.Skipf("needs a real server: GOWORK=off go build -C devserver -o ../../bin/devserver . && %s=$PWD/../bin/devserver go test", serverVariable)
	}
	cmd := exec.Command(program, append([]string{"-until-eof"}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	at, ok := strings.CutPrefix(strings.TrimSpace(line), "listening at ")
	if err != nil || !ok {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("the server did not start: %q, %v", line, err)
	}
	return &server{at, cmd, in}
}

// stop ends the server softly, kill with SIGKILL.
func (s *server) stop() { _ = s.in.Close(); _ = s.cmd.Wait() }
func (s *server) kill() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() }

// shared is the server that most tests use, each with a queue of its own.
var shared struct {
	sync.Mutex
	server *server
	queues int
}

// sharedServer gives the server and a new queue.
func sharedServer(t testing.TB) (at, queue string) {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		shared.server = startServer(t, "-listen", "127.0.0.1:0")
	}
	shared.queues++
	return shared.server.at, fmt.Sprintf("queue-%d", shared.queues)
}

// dial gives a client with the converter of errors.
func dial(t testing.TB, at string) client.Client {
	t.Helper()
	c, err := dialServer(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func dialServer(at string) (client.Client, error) {
	return client.Dial(client.Options{HostPort: at, Identity: "test", Logger: quiet{}, FailureConverter: temporal.FailureConverter(nil)})
}

// startWorker starts a worker as a process of its own. It is killed at the
// test's end if it has not ended before.
func startWorker(t testing.TB, at, queue string, env ...string) *exec.Cmd {
	t.Helper()
	return startWorkerIn(t, nil, at, queue, env...)
}

// startWorkerIn starts it by a command that is put before its own.
func startWorkerIn(t testing.TB, inside []string, at, queue string, env ...string) *exec.Cmd {
	t.Helper()
	line := append(slices.Clone(inside), os.Args[0], "-test.run=^$")
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(append(os.Environ(), workerVariable+"="+at+" "+queue), env...)
	cmd.Stderr = os.Stderr
	cmd.Stdout = os.Stderr
	in, err := cmd.StdinPipe() // which the worker reads to its end, so that it ends with the test
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// workerMain is the process that startWorker starts.
func workerMain(where string) {
	at, queue, _ := strings.Cut(where, " ")
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // ends with the process
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		cancel()
	}()
	var c client.Client
	var err error
	for range 100 { // the server may be on its way back
		if c, err = dialServer(at); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err == nil {
		err = temporal.Serve(ctx, c, queue, workerOptions()...)
		c.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

// workerOptions are read from the environment of the worker.
func workerOptions() (opts []temporal.WorkerOption) {
	if os.Getenv("BRAID_TEST_AT_MOST") != "" {
		opts = append(opts, temporal.AtMost(2))
	}
	if dir := os.Getenv("BRAID_TEST_STORE"); dir != "" {
		store, err := temporal.DirStore(dir)
		if err != nil {
			panic(err)
		}
		opts = append(opts, temporal.FanStore(store), temporal.Also(liveFlows))
	}
	return opts
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

func TestTheEngineOfWorkersKeepsToWhatTheOneOfThisProcessDoes(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	startWorker(t, at, queue)
	enginetest.Run(t, func(*testing.T) engine.Engine { return temporal.Engine(c, queue) })
}
