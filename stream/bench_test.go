//go:build unix

package stream_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file measures streams beside a sequential loop and a pipeline of channels
// written by hand. On a machine that others use too, "cpu-ns/op" says more than
// the time that has passed.

// rounds of spin that take about 10 ns, 100 ns, 1 µs and 20 µs.
var loads = []struct {
	name   string
	rounds int
}{{"10ns", 6}, {"100ns", 62}, {"1us", 640}, {"20us", 12800}}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func measured(b *testing.B, f func(n int) int) {
	b.ReportAllocs()
	before := cpu()
	b.ResetTimer()
	if got := f(b.N); got != b.N {
		b.Fatalf("%d items came out, want %d", got, b.N)
	}
	b.StopTimer()
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

func BenchmarkOrdered(b *testing.B) {
	for _, load := range loads {
		fn := func(_ context.Context, i int) (int, error) { return spin(load.rounds, i), nil }
		b.Run(load.name+"/loop", func(b *testing.B) {
			measured(b, func(n int) (out int) {
				for i := range upTo(n) {
					if _, err := fn(context.Background(), i); err == nil {
						out++
					}
				}
				return out
			})
		})
		b.Run(load.name+"/stream", func(b *testing.B) {
			measured(b, func(n int) (out int) {
				for _, err := range stream.Map(stream.Values(upTo(n)), fn)(context.Background()) {
					if err == nil {
						out++
					}
				}
				return out
			})
		})
		b.Run(load.name+"/unordered", func(b *testing.B) {
			measured(b, func(n int) (out int) {
				for _, err := range stream.Map(stream.Values(upTo(n)), fn, stream.Unordered)(context.Background()) {
					if err == nil {
						out++
					}
				}
				return out
			})
		})
		b.Run(load.name+"/inline", func(b *testing.B) {
			measured(b, func(n int) (out int) {
				for _, err := range stream.Map(stream.Values(upTo(n)), fn, braid.Limit(1))(context.Background()) {
					if err == nil {
						out++
					}
				}
				return out
			})
		})
		b.Run(load.name+"/channels", func(b *testing.B) {
			measured(b, func(n int) int { return byHand(n, fn) })
		})
	}
}

// byHand is the pipeline that one writes: a producer, workers, and channels of
// channels to keep the order.
func byHand(n int, fn func(context.Context, int) (int, error)) (out int) {
	type job struct {
		item   int
		result chan int
	}
	workers := runtime.GOMAXPROCS(0)
	jobs := make(chan job, workers)
	order := make(chan chan int, 2*workers)
	go func() {
		for i := range n {
			j := job{i, make(chan int, 1)}
			order <- j.result
			jobs <- j
		}
		close(jobs)
		close(order)
	}()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				v, _ := fn(context.Background(), j.item)
				j.result <- v
			}
		})
	}
	for result := range order {
		<-result
		out++
	}
	wg.Wait()
	return out
}

// BenchmarkShort is what a stream costs that has hardly any items.
func BenchmarkShort(b *testing.B) {
	for _, n := range []int{0, 1, 10, 100} {
		for name, limit := range map[string]int{"inline": 1, "parallel": 2} {
			b.Run(strconv.Itoa(n)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				s := stream.Map(stream.Values(upTo(n)), double, braid.Limit(limit))
				for b.Loop() {
					for range s(context.Background()) {
					}
				}
			})
		}
	}
}
