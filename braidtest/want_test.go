package braidtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

var errFull = errors.New("no space left")

// serve fails in every way a tree can show.
func serve(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			_, err := braid.Map(ctx, []int{7, 8}, func(ctx context.Context, i int) (int, error) {
				time.Sleep(time.Second) // until all have started
				if i == 8 {
					return 0, io.EOF
				}
				return i, nil
			}, braid.Name("conns"))
			return err
		}, braid.Name("accept"))
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			return fmt.Errorf("closing\nthe cache: %w", errFull)
		}, braid.Name("cache"))
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(2 * time.Second)
			panic("out of range")
		}, braid.Name("index"))
		<-ctx.Done()
		time.Sleep(3 * time.Second)
		return errors.Join(errFull, io.ErrClosedPipe)
	}, braid.Name("server"), braid.PanicsAsErrors)
}

func TestWantTreeIsContentWithTheShapeItWasTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		braidtest.WantTree(t, serve(t.Context()), `
			server
				accept
					conns
						serve.func*[1]: EOF
				cache: closing the cache: no space left (after cancel)
				index: panic: out of range (after cancel)
				(body) (after cancel)
					errors
						no space left
						io: read/write on closed pipe
		`)
	})
	braidtest.WantTree(t, nil, "")
	braidtest.WantTree(t, io.EOF, "EOF")
	braidtest.WantTree(t, io.EOF, " * ")
	braidtest.WantTree(t, (*braid.TaskError)(nil), "*TaskError(nil)")
}

func TestWantTreeShowsWhatDiffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		message := run("TestServe", func(f *fake) {
			braidtest.WantTree(f, serve(t.Context()), `
				server
					accept
						conns
							serve.func1[0]: EOF
					cache: * (after cancel)
					(body) (after cancel)
						errors
							no space left`)
		})
		wantSaid(t, message, `
the error is of another shape; - is missing, + is too many:
  server
    accept
      conns
-       serve.func1[0]: EOF
+       serve.func1.1.1[1]: EOF
    cache: closing the cache: no space left (after cancel)
+   index: panic: out of range (after cancel)
    (body) (after cancel)
      errors
        no space left
+       io: read/write on closed pipe`)
	})
	for want, c := range map[string]struct {
		err  error
		tree string
	}{
		"- server":        {nil, "server"},
		"+ EOF":           {io.EOF, ""},
		"- E*F*\n+ EOF":   {io.EOF, "E*F*x"},
		"- EOF*OF\n+ EOF": {io.EOF, "EOF*OF"},
		"- *a*a*\n+ a":    {errors.New("a"), "*a*a*"},
	} {
		if want == "- E*F*\n+ EOF" {
			want = "- E*F*x\n+ EOF"
		}
		message := run("TestServe", func(f *fake) { braidtest.WantTree(f, c.err, c.tree) })
		wantSaid(t, message, "the error is of another shape; - is missing, + is too many:\n"+want)
	}
}

func TestHowDeepALineOfATreeIsIndentedDoesNotCount(t *testing.T) {
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error { return io.EOF }, braid.Name("g"))
	for _, want := range []string{"g\n (body): EOF", "\t\t\tg\n\t\t\t\t(body): EOF\n\n"} {
		braidtest.WantTree(t, err, want)
	}
	if message := run("T", func(f *fake) { braidtest.WantTree(f, err, "g\n(body): EOF") }); message == "" {
		t.Error("a line beside another passed for one below it")
	}
}

func TestWantStateSaysWhatTheTaskFailedWith(t *testing.T) {
	var bad, good, late *braid.Task[int]
	message := ""
	braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		bad = braid.Fork(g, func(context.Context) (int, error) { return 0, io.EOF }, braid.Name("bad"))
		<-bad.Done() // Wait might return at the death of ctx, which comes before the task's end
		late = braid.Fork(g, func(ctx context.Context) (int, error) { return 0, nil }, braid.Name("late"))
		blocked := make(chan struct{})
		good = braid.Fork(g, func(ctx context.Context) (int, error) { <-blocked; return 0, nil }, braid.Name("good"), braid.Always)
		message = run("T", func(f *fake) { braidtest.WantState(f, bad, braid.Succeeded) })
		close(blocked)
		return nil
	}, braid.Name("group"))
	wantSaid(t, message, "task group/bad is failed (group/bad: EOF), want succeeded")
	braidtest.WantState(t, bad, braid.Failed)
	braidtest.WantState(t, late, braid.Skipped)
	braidtest.WantState(t, good, braid.Succeeded)
	wantSaid(t, run("T", func(f *fake) { braidtest.WantState(f, good, braid.Failed) }), "task group/good is succeeded, want failed")
}

func TestWantCauseLooksBehindTheCancellation(t *testing.T) {
	braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		wantSaid(t, run("T", func(f *fake) { braidtest.WantCause(f, ctx, io.EOF) }), "the context is alive, want it cancelled because of: EOF")
		g.Go(func(context.Context) error { return io.EOF }, braid.Name("read"))
		<-ctx.Done()
		braidtest.WantCause(t, ctx, io.EOF)
		braidtest.WantCause(t, ctx, context.Canceled)
		message := run("T", func(f *fake) { braidtest.WantCause(f, ctx, errFull) })
		wantSaid(t, message, "cancelled because of: context canceled: read: EOF\nwant because of: no space left")
		return nil
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errFull)
	braidtest.WantCause(t, ctx, errFull)
}

func TestTookIsExactAndForBubblesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		braidtest.Took(t, time.Minute, func() { time.Sleep(time.Minute) })
		message := run("T", func(f *fake) {
			braidtest.Took(f, time.Minute, func() { time.Sleep(time.Minute + 1) })
		})
		wantSaid(t, message, "it took 1m0.000000001s, want 1m0s")
	})
	message := run("T", func(f *fake) {
		braidtest.Took(f, 0, func() { t.Error("called") })
	})
	wantSaid(t, message, "Took was called outside a bubble, where no duration is exact: see braidtest.Run")
}
