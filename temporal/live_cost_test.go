package temporal_test

import (
	"testing"

	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/engine/enginetest"
	"github.com/braid-go/braid/temporal"
)

// BenchmarkItems is what an item of a job costs, by where it is run: the figures
// of docs/scale-out.md.
func BenchmarkItems(b *testing.B) {
	workers := func(opts ...temporal.EngineOption) func(b *testing.B) engine.Engine {
		return func(b *testing.B) engine.Engine {
			at, queue := sharedServer(b)
			startWorker(b, at, queue)
			c, err := dialServer(at)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(c.Close)
			return temporal.Engine(c, queue, opts...)
		}
	}
	for _, bench := range []struct {
		name   string
		engine func(b *testing.B) engine.Engine
		items  int
	}{
		{"local-10000", func(*testing.B) engine.Engine { return engine.Local() }, 10_000},
		{"workers-10000", workers(), 10_000},
		{"workers-one-at-a-time-10000", workers(temporal.Batch(1)), 10_000},
	} {
		b.Run(bench.name, func(b *testing.B) {
			e := bench.engine(b)
			in := make([]int, bench.items)
			for i := range in {
				in[i] = 2 * i
			}
			if _, err := engine.Call(b.Context(), e, enginetest.Halve, 2); err != nil { // the worker serves
				b.Fatal(err)
			}
			for b.Loop() {
				if got, err := engine.Map(b.Context(), e, enginetest.Halve, in); err != nil || len(got) != len(in) {
					b.Fatal(len(got), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(in)), "ns/item")
		})
	}
}
