package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// This file has workers of two versions, a network that is cut, and many items.

// fresh is unknown to workers of the old version.
var fresh *engine.Task[Step, int]

func init() {
	if os.Getenv("BRAID_TEST_OLD") == "" {
		fresh = engine.Define("live.fresh", refresh)
	}
}

func refresh(_ context.Context, s Step) (int, error) { return s.N, nil }

// attempts tells how often the activities that are under way have been tried.
func attempts(t *testing.T, c client.Client, queue string) (n int) {
	for _, a := range pending(t, c, queue) {
		n = max(n, int(a.Attempt))
	}
	return n
}

func TestATaskThatAnOldWorkerDoesNotKnowGoesToANewOne(t *testing.T) {
	at, queue := sharedServer(t)
	c := dial(t, at)
	e := temporal.Engine(c, queue)
	_, all := steps(t, 3)
	startWorker(t, at, queue, "BRAID_TEST_OLD=1")
	wait := begin(t, t.Context(), func(ctx context.Context) ([]int, error) { return engine.Map(ctx, e, fresh, all) })
	until(t, "the old worker's refusal", func() bool { return attempts(t, c, queue) > 1 })
	startWorker(t, at, queue)
	if got, err := wait(); err != nil || len(got) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestATaskThatNoWorkerKnowsFailsInTheEnd(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue, temporal.Attempts(2))
	_, all := steps(t, 1)
	startWorker(t, at, queue, "BRAID_TEST_OLD=1")
	_, err := engine.Map(t.Context(), e, fresh, all)
	if !errors.Is(err, engine.ErrUnknownTask) || !strings.Contains(err.Error(), "live.fresh") {
		t.Errorf("got %v", err)
	}
}

// network makes a network of two hosts, this one and a namespace, and gives the
// address of this one, a command that runs another in the namespace, and the cable.
func network(t *testing.T) (here string, inside []string, cable func(up bool)) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and the program ip, to make a network namespace")
	}
	ip := func(args ...string) error {
		out, err := exec.Command("ip", args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	name := fmt.Sprintf("braid%d", os.Getpid())
	if err := ip("netns", "add", name); err != nil {
		t.Skipf("no network namespaces here: %v", err)
	}
	t.Cleanup(func() { _ = ip("netns", "del", name) })
	outer, inner := "bo"+fmt.Sprint(os.Getpid()), "bi"+fmt.Sprint(os.Getpid())
	for _, args := range [][]string{
		{"link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name},
		{"addr", "add", "198.18.0.1/30", "dev", outer}, // for tests of networks, RFC 2544
		{"link", "set", outer, "up"},
		{"-n", name, "addr", "add", "198.18.0.2/30", "dev", inner},
		{"-n", name, "link", "set", inner, "up"},
		{"-n", name, "link", "set", "lo", "up"},
	} {
		if err := ip(args...); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = ip("link", "del", outer) })
	return "198.18.0.1", []string{"ip", "netns", "exec", name}, func(up bool) {
		t.Helper()
		state := "down"
		if up {
			state = "up"
		}
		if err := ip("link", "set", outer, state); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWorkerThatIsCutOffIsFollowedByAnotherAndDoesNothingTwice(t *testing.T) {
	here, inside, cable := network(t)
	s := startServer(t, "-listen", here+":0")
	defer s.stop()
	c := dial(t, s.at)
	e := temporal.Engine(c, "queue", temporal.Heartbeat(2*time.Second))
	dir, _ := steps(t, 0)
	startWorkerIn(t, inside, s.at, "queue")
	wait := begin(t, t.Context(), func(ctx context.Context) (int, error) {
		return engine.Call(ctx, e, count, Step{dir.Dir, 100})
	})
	until(t, "the first half, told", func() bool { _, points := told(t, c, "queue"); return slices.Equal(points, []string{"50"}) })
	cable(false)
	startWorker(t, s.at, "queue")
	until(t, "the second worker", func() bool {
		a := pending(t, c, "queue")
		return len(a) == 1 && a[0].Attempt > 1 && a[0].State == enumspb.PENDING_ACTIVITY_STATE_STARTED
	})
	cable(true)
	dir.create(t, "go")
	if from, err := wait(); from != 50 || err != nil {
		t.Errorf("went on after %d: %v", from, err)
	}
	if n := dir.done(); n != 1 {
		t.Errorf("it was done %d times, want once", n)
	}
}

func TestAHundredThousandItemsOfWhichOneInAHundredFails(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue)
	for range 2 {
		startWorker(t, at, queue)
	}
	in := make([]int, 100_000)
	for i := range in {
		in[i] = 2 * i
		if i%100 == 37 {
			in[i]++
		}
	}
	got, err := engine.Settle(t.Context(), e, enginetest.Halve, in)
	if err != nil || len(got) != len(in) {
		t.Fatalf("got %d outcomes, %v", len(got), err)
	}
	for i, o := range got {
		if i%100 == 37 {
			var te *braid.TaskError
			if o.State != braid.Failed || !errors.Is(o.Err, enginetest.ErrOdd) || !errors.As(o.Err, &te) || te.Item() != i {
				t.Fatalf("item %d: %v, %v", i, o.State, o.Err)
			}
		} else if o.State != braid.Succeeded || o.Value != i {
			t.Fatalf("item %d: %v, %v, %v", i, o.State, o.Value, o.Err)
		}
	}
}

func TestAtMostSoManyTasksRunAtOnceInAWorker(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue, temporal.Batch(5))
	dir, all := steps(t, 20)
	startWorker(t, at, queue, "BRAID_TEST_AT_MOST=2")
	wait := begin(t, t.Context(), func(ctx context.Context) ([]int, error) { return engine.Map(ctx, e, deaf, all) })
	until(t, "two tasks", func() bool { return len(dir.lines("began")) >= 2 })
	time.Sleep(time.Second) // for a third to begin, if it could
	if n := len(dir.lines("began")); n != 2 {
		t.Errorf("%d tasks run at once, want 2", n)
	}
	dir.create(t, "go")
	if _, err := wait(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsTooLargeToBeSentIsAnErrorThatNamesIt(t *testing.T) {
	at, queue := sharedServer(t)
	e := temporal.Engine(dial(t, at), queue)
	startWorker(t, at, queue)
	_, err := engine.Call(t.Context(), e, enginetest.Long, 3<<20)
	if !errors.Is(err, temporal.ErrTooLarge) || !strings.Contains(err.Error(), "enginetest.long") || !strings.Contains(err.Error(), "3.0 MiB") {
		t.Errorf("a long result: %v", err)
	}
	_, err = engine.Map(t.Context(), e, enginetest.Echo, []enginetest.Ticket{{}, {Tags: []string{strings.Repeat("x", 5<<20)}}})
	if !errors.Is(err, temporal.ErrTooLarge) || !strings.Contains(err.Error(), "enginetest.echo[1]") || !strings.Contains(err.Error(), "5.0 MiB") {
		t.Errorf("a long argument: %v", err)
	}
}
