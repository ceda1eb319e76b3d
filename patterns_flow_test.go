package braid_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
	"github.com/braid-go/braid/service"
	"github.com/braid-go/braid/stream"
)

// This file is the third part of docs/patterns.md: progress, streams, services.

func Example_patternsProgress() {
	p := progress.New("backup")
	files := []string{"a", "b", "c", "d"}
	save := func(ctx context.Context, file string) error {
		if file == "c" {
			return errors.New("permission denied")
		}
		return nil
	}
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		p.Show(g, time.Second, progress.Lines(os.Stdout))
		return braid.Each(ctx, files, save, braid.Limit(2), braid.Supervised, braid.Track(p))
	})
	s := p.Snapshot()
	fmt.Println(s.Done, s.Failed, s.Total)
	// Output:
	// backup: 4 of 4 (100%), 1 failed, ended with: Example_patternsProgress.func1[2]: permission denied
	// 3 1 4
}

func Example_patternsStream() {
	lines := strings.SplitSeq("3 1 4 1 5 9 2 6", " ")
	square := func(ctx context.Context, digit string) (int, error) {
		n := int(digit[0] - '0')
		return n * n, nil
	}
	odd := func(ctx context.Context, n int) (bool, error) { return n%2 == 1, nil }

	squares := stream.Filter(stream.Map(stream.Values(lines), square, braid.Limit(4)), odd)
	for n, err := range squares(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(n)
		if n == 25 {
			break // before the next statement every stage has ended
		}
	}
	// Output:
	// 9
	// 1
	// 1
	// 25
}

func Example_patternsStreamBatches() {
	inserts := 0
	insert := func(ctx context.Context, rows []int) error {
		inserts++
		return nil
	}
	rows := stream.Values(slices.Values(make([]int, 250)))
	err := stream.Each(context.Background(), stream.Batch(rows, 100, time.Second), insert, braid.Limit(1))
	fmt.Println(inserts, "inserts", err)
	// Output: 3 inserts <nil>
}

func Example_patternsService() {
	var log []string
	part := func(name string) func(context.Context, func()) error {
		return func(ctx context.Context, ready func()) error {
			log = append(log, name+" is up")
			ready()
			<-service.Stopping(ctx)
			log = append(log, name+" is down")
			return nil
		}
	}
	err := service.Run(context.Background(), []service.Part{
		{Name: "api", Needs: []string{"db"}, Run: part("api")},
		{Name: "db", Run: part("db"), Restart: service.OnFailure},
		{Name: "demo", Needs: []string{"api"}, Run: service.Func(func(context.Context) error { return nil })},
	}, service.Grace(10*time.Second)) // the end of demo, which nobody restarts, is the service's
	fmt.Println(strings.Join(log, ", "))
	fmt.Println(err)
	// Output:
	// db is up, api is up, api is down, db is down
	// <nil>
}
