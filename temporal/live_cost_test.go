package temporal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/client"
)

// This file is what an item of a job costs, by where it is run: the figures of
// docs/scale-out.md.

// evens gives n numbers that can be halved.
func evens(n int) []int {
	in := make([]int, n)
	for i := range in {
		in[i] = 2 * i
	}
	return in
}

// halves measures a job of n items, which do next to nothing.
func halves(b *testing.B, e engine.Engine, n int) {
	in := evens(n)
	if _, err := engine.Call(b.Context(), e, enginetest.Halve, 2); err != nil { // a worker serves
		b.Fatal(err)
	}
	for b.Loop() {
		if got, err := engine.Map(b.Context(), e, enginetest.Halve, in); err != nil || len(got) != n {
			b.Fatal(len(got), err)
		}
	}
	perItem(b, n)
}

func perItem(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/item")
}

func dialed(b *testing.B, at string) client.Client {
	c, err := dialServer(at)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	return c
}

// BenchmarkItems is a job of many items: in this process, on a worker in batches as
// the engine makes them, and on a worker one by one.
func BenchmarkItems(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("local/%d", n), func(b *testing.B) { halves(b, engine.Local(), n) })
		b.Run(fmt.Sprintf("workers/%d", n), func(b *testing.B) {
			at, queue := sharedServer(b)
			startWorker(b, at, queue)
			halves(b, temporal.Engine(dialed(b, at), queue), n)
		})
	}
	b.Run("workers-one-by-one/10000", func(b *testing.B) {
		at, queue := sharedServer(b)
		startWorker(b, at, queue)
		halves(b, temporal.Engine(dialed(b, at), queue, temporal.Batch(1)), 10_000)
	})
}

// BenchmarkFan is a list in a folder, of which a workflow has only the key.
func BenchmarkFan(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			at, queue := sharedServer(b)
			dir := b.TempDir()
			store, err := temporal.DirStore(dir)
			if err != nil {
				b.Fatal(err)
			}
			list, err := temporal.PutList(b.Context(), store, "in", 0, func(yield func(int) bool) {
				for _, n := range evens(n) {
					if !yield(n) {
						return
					}
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			c := dialed(b, at)
			startWorker(b, at, queue, "BRAID_TEST_STORE="+dir)
			if _, err := engine.Call(b.Context(), temporal.Engine(c, queue), enginetest.Halve, 2); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
				run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: queue}, "live.halve", list, temporal.Spread{Into: fmt.Sprint("out", i)})
				if err == nil {
					err = run.Get(ctx, nil)
				}
				cancel()
				if err != nil {
					b.Fatal(err)
				}
			}
			perItem(b, n)
		})
	}
}
