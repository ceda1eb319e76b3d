package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

func ExampleTask_Value() {
	var width, height *braid.Task[int]
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		width = braid.Fork(g, func(context.Context) (int, error) { return 6, nil })
		height = braid.Fork(g, func(context.Context) (int, error) { return 7, nil })
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(width.Value() * height.Value())
	// Output: 42
}

func ExampleOtherwise() {
	err := errors.Join(io.ErrUnexpectedEOF, errors.New("disk full"))
	err = braid.Catch(err,
		braid.When(braid.Is(io.ErrUnexpectedEOF), func(error) error { return nil }),
		braid.Otherwise(func(err error) error { return fmt.Errorf("cannot go on: %w", err) }),
	)
	fmt.Println(err)
	// Output: cannot go on: disk full
}

// rule 6.1
func TestRule6_1_ValueIsNeverTheZeroValueOfATaskThatDidNotSucceed(t *testing.T) {
	panicOf := func(f func()) (text string) {
		defer func() { text, _ = recover().(string) }()
		f()
		return ""
	}
	release := make(chan struct{})
	var failed *braid.Task[int]
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		running := braid.Fork(g, func(context.Context) (int, error) { <-release; return 1, nil })
		if text := panicOf(func() { running.Value() }); !strings.Contains(text, "use Result or Wait") {
			t.Errorf("before the end: %q", text)
		}
		close(release)
		failed = braid.Fork(g, func(context.Context) (int, error) { return 0, errors.New("boom") }, braid.Name("bad"))
		return nil
	})
	if text := panicOf(func() { failed.Value() }); !strings.Contains(text, "bad, which is failed") {
		t.Errorf("after a failure: %q", text)
	}
}

// rule 5.5
func TestRule5_5_ATaskThatStartsAfterTheGraceGetsOneOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var reports []string
		var at time.Duration
		g, _ := braid.Open(t.Context(), braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) {
			at = time.Since(start)
			for _, task := range s.Tasks {
				reports = append(reports, task.Path)
			}
		}))
		g.Cancel()
		time.Sleep(10 * time.Second)
		g.Go(func(context.Context) error { time.Sleep(time.Minute); return nil }, braid.Always, braid.Name("deaf"))
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		if len(reports) != 1 || reports[0] != "deaf" || at != 11*time.Second {
			t.Errorf("reported %q at %v", reports, at)
		}
	})
}

// rule 10.5
func TestRule10_5_AnAttemptsPathNamesTheTaskThatRetries(t *testing.T) {
	_, err := braid.Map(t.Context(), []string{"a", "b"}, func(ctx context.Context, item string) (int, error) {
		return braid.Retry(ctx, braid.Policy{Attempts: 2}, func(context.Context) (int, error) {
			if item == "b" {
				return 0, errors.New("boom")
			}
			return 0, nil
		})
	}, braid.Name("fetch"))
	var paths []string
	for path := range braid.Leaves(err) {
		paths = append(paths, path)
	}
	if len(paths) != 2 || !strings.HasPrefix(paths[0], "fetch/") || !strings.HasSuffix(paths[0], "[1]/attempt 1") {
		t.Errorf("got %q of %v", paths, err)
	}
}
