package progress_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
)

func Example() {
	files := []string{"a", "b", "c", "d"}
	p := progress.New("backup")
	err := braid.Run(progress.With(context.Background(), p), func(ctx context.Context, g *braid.Group) error {
		p.Show(g, time.Minute, progress.Lines(os.Stdout))
		return braid.Each(ctx, files, func(ctx context.Context, file string) error {
			return nil // save the file
		}, braid.Track(p.Child("files", 1)))
	})
	fmt.Println(err)
	// Output:
	// backup: 4 of 4 (100%), finished
	// <nil>
}

func ExampleNew() {
	p := progress.New("import")
	p.Total(3)
	p.Done(2)
	fmt.Println(p.Snapshot())
	// Output: import: 2 of 3 (66%)
}

func ExampleProgress() {
	var p *progress.Progress // nobody looks: counting does nothing
	p.Total(10)
	p.Done(1)

	p = progress.New("copy")
	p.Total(10)
	p.Done(6)
	p.Fail(1)
	p.Skip(2)
	fmt.Println(p.Snapshot())
	// Output: copy: 9 of 10 (90%), 1 failed, 2 skipped
}

func ExampleProgress_Child() {
	p := progress.New("backup")
	files, tables := p.Child("files", 3), p.Child("tables", 1)
	files.Total(1000)
	tables.Total(20)
	files.Done(500) // half of three quarters
	fmt.Println(p.Snapshot().Fraction)
	tables.Done(10) // half of the last quarter
	fmt.Println(p.Snapshot().Fraction)

	file := files.Child("big.iso", 0) // a detail: shown, and counted for nothing
	file.Total(700 << 20)
	fmt.Println(files.Snapshot().Total, files.Snapshot().Children[0].Total)
	// Output:
	// 0.375
	// 0.5
	// 1000 734003200
}

func ExampleProgress_Expect() {
	p := progress.New("shards")
	p.Expect(4) // four children of weight 1 are to come
	for i := range 3 {
		shard := p.Child(fmt.Sprint("shard ", i), 1)
		shard.Total(10)
		shard.Done(10)
		shard.End()
		fmt.Println(p.Snapshot().Fraction)
	}
	// Output:
	// 0.25
	// 0.5
	// 0.75
}

func ExampleProgress_Total() {
	p := progress.New("p")
	p.Done(1)
	fmt.Println(p.Snapshot().FractionKnown)
	p.Total(4)
	fmt.Println(p.Snapshot().FractionKnown, p.Snapshot().Fraction)
	// Output:
	// false
	// true 0.25
}

func ExampleProgress_AtLeast() {
	p := progress.New("walk")
	p.AtLeast(0) // the tree is being walked while the files are read
	p.AddTotal(120)
	p.Done(80)
	fmt.Println(p.Snapshot())
	p.Total(160) // the walk is over
	fmt.Println(p.Snapshot())
	// Output:
	// walk: 80 of 120 or more
	// walk: 80 of 160 (50%)
}

func ExampleProgress_AddTotal() {
	p := progress.New("p")
	for _, part := range []int{20, 30} {
		p.AddTotal(part)
	}
	fmt.Println(p.Snapshot().Total)
	// Output: 50
}

func ExampleProgress_Done() {
	p := progress.New("p")
	p.Done(512)
	p.Done(512)
	fmt.Println(p.Snapshot().Done)
	// Output: 1024
}

func ExampleProgress_Fail() {
	p := progress.New("p")
	p.Total(4)
	p.Fail(1) // dealt with, though not done
	fmt.Println(p.Snapshot())
	// Output: p: 1 of 4 (25%), 1 failed
}

func ExampleProgress_Skip() {
	p := progress.New("sync")
	p.Total(1000)
	p.Skip(900) // up to date since the last time: no work, so nothing for the rate
	fmt.Println(p.Snapshot(), p.Snapshot().Rate)
	// Output: sync: 900 of 1000 (90%), 900 skipped 0
}

func ExampleProgress_End() {
	p := progress.New("p")
	a, b := p.Child("a", 1), p.Child("b", 1)
	a.Total(10)
	a.Done(4)
	a.End() // six items are never going to be done
	b.Total(10)
	fmt.Println(p.Snapshot())
	fmt.Println(len(p.Snapshot().Children), "child has not ended")
	// Output:
	// p: 10 of 20 (50%), 6 skipped
	// 1 child has not ended
}

func ExampleProgress_Snapshot() {
	p := progress.New("p")
	p.Total(8)
	p.Done(2)
	s := p.Snapshot()
	p.Done(2) // does not change s
	fmt.Println(s.Done, s.Total, s.Fraction, s.FractionKnown)
	// Output: 2 8 0.25 true
}

func ExampleSnapshot() {
	p := progress.New("p")
	p.Child("a", 1).Total(3)
	p.Child("b", 1).AtLeast(5)
	show := func(s progress.Snapshot) {
		fmt.Println(s.Name, s.Total, s.TotalKnown)
	}
	s := p.Snapshot()
	show(s)
	for _, child := range s.Children {
		show(child)
	}
	// Output:
	// p 8 false
	// a 3 true
	// b 5 false
}

func ExampleSnapshot_Finished() {
	p := progress.New("p")
	p.Done(3)
	p.Fail(1)
	p.Skip(1)
	fmt.Println(p.Snapshot().Finished())
	// Output: 5
}

func ExampleProgress_Added() {
	p := progress.New("p")
	var t braid.Tracker = p // what braid.Track(p) does
	t.Added(2)
	t.Ended(braid.Succeeded, 1)
	fmt.Println(p.Snapshot())
	// Output: p: 1 of 2 (50%)
}

func ExampleProgress_Ended() {
	p := progress.New("p")
	p.Added(3)
	p.Ended(braid.Succeeded, 1)
	p.Ended(braid.Panicked, 1)
	p.Ended(braid.Cancelled, 1)
	fmt.Println(p.Snapshot())
	// Output: p: 3 of 3 (100%), 1 failed, 1 skipped
}

func ExampleWith() {
	p := progress.New("p")
	ctx := progress.With(context.Background(), p)
	fmt.Println(progress.From(ctx) == p)
	// Output: true
}

func ExampleFrom() {
	read := func(ctx context.Context, blocks int) {
		bytes := progress.From(ctx) // nil if nobody looks
		for range blocks {
			bytes.Done(4096)
		}
	}
	read(context.Background(), 3)
	p := progress.New("p")
	read(progress.With(context.Background(), p), 3)
	fmt.Println(p.Snapshot().Done)
	// Output: 12288
}

func ExampleWatch() {
	p := progress.New("p")
	p.Total(2)
	p.Done(2)
	p.End()
	progress.Watch(context.Background(), p, time.Second, func(s progress.Snapshot) {
		fmt.Println(s.Done, s.Last)
	})
	// Output: 2 true
}

func ExampleProgress_Show() {
	p := progress.New("p")
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		p.Show(g, time.Minute, progress.Lines(os.Stdout))
		g.Go(func(ctx context.Context) error { return errors.New("disk full") }, braid.Name("write"))
		return nil
	}, braid.Track(p)) // each task counts
	// Output: p: 1 of 1 (100%), 1 failed, ended with: write: disk full
}

func ExampleLines() {
	report := progress.Lines(os.Stdout)
	p := progress.New("p")
	p.Total(2)
	report(p.Snapshot())
	// Output: p: 0 of 2 (0%)
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "elapsed", "rate", "remaining": // they differ each time
				return slog.Attr{}
			}
			return a
		},
	}))
	report := progress.Log(logger)
	p := progress.New("p")
	p.Total(2)
	p.Done(1)
	report(p.Snapshot())
	// Output: level=INFO msg=progress name=p done=1 failed=0 skipped=0 total=2 fraction=0.5
}
