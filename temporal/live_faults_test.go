package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
)

// This file has workers and servers die, fall silent, disobey and be of other
// versions, while a job is under way. Tasks leave traces in a folder that all
// processes know.

// Step is an argument of the tasks here.
type Step struct {
	Dir string
	N   int
}

// note adds a line to a file of the folder, in one write.
func (s Step) note(file, line string) error {
	f, err := os.OpenFile(filepath.Join(s.Dir, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line + "\n")
	return err
}

// lines reads a file of the folder.
func (s Step) lines(file string) []string {
	data, _ := os.ReadFile(filepath.Join(s.Dir, file))
	return strings.Fields(string(data))
}

// once does something that must not be done twice for one key: in one step, or a
// worker might die between doing it and knowing it.
func (s Step) once(key string) error {
	f, err := os.OpenFile(filepath.Join(s.Dir, "key-"+strings.ReplaceAll(key, "/", "_")), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// done tells how often once has done something.
func (s Step) done() int {
	keys, _ := filepath.Glob(filepath.Join(s.Dir, "key-*"))
	return len(keys)
}

// hold waits until the folder has the file.
func (s Step) hold(ctx context.Context, file string) error {
	for {
		if _, err := os.Stat(filepath.Join(s.Dir, file)); err == nil {
			return nil
		}
		if err := braid.Sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s Step) create(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, file), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

var (
	// count counts to N, a checkpoint a number, and waits at half of it for "go".
	count = engine.Define("live.count", func(ctx context.Context, s Step) (int, error) {
		from, _, err := engine.Resumed[int](ctx)
		if err != nil {
			return 0, err
		}
		for i := from + 1; i <= s.N; i++ {
			if err := s.note("counted", fmt.Sprint(i)); err != nil {
				return 0, err
			}
			engine.Checkpoint(ctx, i)
			if i == s.N/2 {
				if err := s.hold(ctx, "go"); err != nil {
					return 0, err
				}
			}
		}
		return from, s.once(engine.Key(ctx))
	})
	// work does one thing, and waits for "go" if it is a multiple of 10.
	work = engine.Define("live.work", func(ctx context.Context, s Step) (int, error) {
		if err := s.once(engine.Key(ctx)); err != nil {
			return 0, err
		}
		if s.N%10 == 0 {
			if err := s.hold(ctx, "go"); err != nil {
				return 0, err
			}
		}
		return s.N, nil
	})
	// traced is work that tells each time it runs.
	traced = engine.Define("live.traced", func(ctx context.Context, s Step) (int, error) {
		if err := s.note("ran", fmt.Sprint(s.N)); err != nil {
			return 0, err
		}
		if err := s.once(engine.Key(ctx)); err != nil {
			return 0, err
		}
		if s.N%10 == 0 {
			if err := s.hold(ctx, "go"); err != nil {
				return 0, err
			}
		}
		return s.N, nil
	})
	// nested holds in a group of its own.
	nested = engine.Define("live.nested", func(ctx context.Context, s Step) (int, error) {
		return s.N, braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return s.hold(ctx, "go") }, braid.Name(fmt.Sprint("leaf-", s.N)))
			return nil
		}, braid.Name("inner"))
	})
	// cleans waits for its cancel and then cleans up.
	cleans = engine.Define("live.cleans", func(ctx context.Context, s Step) (int, error) {
		if err := s.note("began", fmt.Sprint(s.N)); err != nil {
			return 0, err
		}
		<-ctx.Done()
		err := braid.Shield(ctx, time.Minute, func(context.Context) error { return s.note("cleaned", fmt.Sprint(s.N)) })
		return 0, errors.Join(ctx.Err(), err)
	})
	// deaf does not look at its context.
	deaf = engine.Define("live.deaf", func(ctx context.Context, s Step) (int, error) {
		if err := s.note("began", fmt.Sprint(s.N)); err != nil {
			return 0, err
		}
		if err := s.hold(context.Background(), "go"); err != nil {
			return 0, err
		}
		return 0, s.note("ended", fmt.Sprint(s.N))
	})
	// poison takes its worker with it.
	poison = engine.Define("live.poison", func(ctx context.Context, s Step) (int, error) {
		if err := s.note("poisoned", fmt.Sprint(s.N)); err != nil {
			return 0, err
		}
		return 0, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	})
)

// steps gives n arguments in a new folder.
func steps(t *testing.T, n int) (dir Step, all []Step) {
	dir = Step{Dir: t.TempDir()}
	for i := range n {
		all = append(all, Step{dir.Dir, i})
	}
	return dir, all
}

// until waits for what another process does.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// begin runs a job meanwhile and gives its end.
func begin[T any](t *testing.T, ctx context.Context, fn func(ctx context.Context) (T, error)) (wait func() (T, error)) {
	t.Helper()
	g, _ := braid.Open(ctx)
	t.Cleanup(func() { g.Close() })
	task := braid.Fork(g, fn)
	return func() (T, error) { return task.Wait(context.WithoutCancel(ctx)) }
}

func TestAWorkerThatIsKilledIsFollowedByOneThatGoesOnWhereItWas(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	e := temporal.Engine(c, queue, temporal.Heartbeat(2*time.Second))
	dir, _ := steps(t, 0)
	first := startWorker(t, at, queue)
	wait := begin(t, t.Context(), func(ctx context.Context) (int, error) {
		return engine.Call(ctx, e, count, Step{dir.Dir, 100})
	})
	until(t, "the first half, told", func() bool { _, points := told(t, c, queue); return slices.Equal(points, []string{"50"}) })
	_ = first.Process.Kill()
	_ = first.Wait()
	dir.create(t, "go")
	startWorker(t, at, queue)
	if from, err := wait(); from != 50 || err != nil {
		t.Errorf("went on after %d: %v", from, err)
	}
	if n := len(dir.lines("counted")); n != 100 {
		t.Errorf("counted %d numbers, want each once", n)
	}
}

func TestNothingIsLostAndNothingKeyedIsDoneTwiceWhenWorkersAreKilled(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue, temporal.Heartbeat(time.Second), temporal.Batch(7))
	dir, all := steps(t, 200)
	first := startWorker(t, at, queue)
	wait := begin(t, t.Context(), func(ctx context.Context) ([]int, error) { return engine.Map(ctx, e, work, all) })
	until(t, "some work", func() bool { return dir.done() > 100 })
	_ = first.Process.Kill()
	_ = first.Wait()
	dir.create(t, "go")
	startWorker(t, at, queue)
	got, err := wait()
	if err != nil || len(got) != 200 {
		t.Fatalf("got %d results, %v", len(got), err)
	}
	for i, n := range got {
		if n != i {
			t.Errorf("result %d is %d", i, n)
		}
	}
	if n := dir.done(); n != 200 {
		t.Errorf("%d things were done, want 200", n)
	}
}

func TestAServerThatIsKilledGoesOnFromItsFile(t *testing.T) {
	db := filepath.Join(t.TempDir(), "server.db")
	s := startServer(t, "-listen", "127.0.0.1:0", "-db", db)
	at := s.at
	e := temporal.Engine(dial(t, at), "queue", temporal.Heartbeat(5*time.Second))
	dir, all := steps(t, 50)
	startWorker(t, at, "queue")
	wait := begin(t, t.Context(), func(ctx context.Context) ([]int, error) { return engine.Map(ctx, e, work, all) })
	until(t, "some work", func() bool { return dir.done() > 40 })
	s.kill()
	dir.create(t, "go")
	s = startServer(t, "-listen", at, "-db", db)
	defer s.stop()
	got, err := wait()
	if err != nil || len(got) != 50 {
		t.Fatalf("got %d results, %v", len(got), err)
	}
	if n := dir.done(); n != 50 {
		t.Errorf("%d things were done, want 50", n)
	}
}

func TestACancelFromOutsideIsFollowedByCleanupAndJoined(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue)
	dir, all := steps(t, 5)
	startWorker(t, at, queue)
	ctx, cancel := context.WithCancelCause(t.Context())
	wait := begin(t, ctx, func(ctx context.Context) ([]int, error) { return engine.Map(ctx, e, cleans, all) })
	until(t, "the beginning", func() bool { return len(dir.lines("began")) == 5 })
	cancel(errors.New("changed my mind"))
	if _, err := wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(dir.lines("cleaned")); n != 5 {
		t.Errorf("%d of 5 had cleaned up when the job returned", n)
	}
}

func TestATaskThatDoesNotObeyIsWaitedFor(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue)
	dir, all := steps(t, 2)
	startWorker(t, at, queue)
	ctx, cancel := context.WithCancelCause(t.Context())
	returned := make(chan struct{})
	wait := begin(t, ctx, func(ctx context.Context) ([]int, error) {
		defer close(returned)
		return engine.Map(ctx, e, deaf, all)
	})
	until(t, "the beginning", func() bool { return len(dir.lines("began")) == 2 })
	cancel(nil)
	select {
	case <-returned:
		t.Error("the job returned while its tasks ran")
	case <-time.After(3 * time.Second): // more than a cancel takes to reach them
	}
	dir.create(t, "go")
	_, _ = wait()
	<-returned
	if n := len(dir.lines("ended")); n != 2 {
		t.Errorf("%d of 2 tasks had ended when the job returned", n)
	}
}

func TestATaskThatKillsItsWorkersFailsInTheEndAndIsNamed(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue, temporal.Heartbeat(time.Second), temporal.Attempts(2))
	dir, all := steps(t, 1)
	for range 3 {
		startWorker(t, at, queue)
	}
	_, err := engine.Map(t.Context(), e, poison, all)
	if err == nil || !strings.Contains(err.Error(), "live.poison") {
		t.Errorf("got %v", err)
	}
	if n := len(dir.lines("poisoned")); n != 2 {
		t.Errorf("it was tried %d times, want 2", n)
	}
}
