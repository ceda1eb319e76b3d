package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// This file is how late things are: the tasks that are told of a failure, the
// join that is told of the last task's end, and a ticker beside a million tasks.

const latencyTasks = 100

var _ = grouping.
	add(latencyRow("failure-to-death", func(ctx context.Context, f groupFunc) (time.Duration, error) {
		var calls atomic.Int64
		var waiting sync.WaitGroup
		waiting.Add(latencyTasks - 1)
		var failed time.Time
		var told [latencyTasks]time.Time
		err := f(ctx, latencyTasks, func(ctx context.Context) error {
			at := calls.Add(1) - 1
			if at == latencyTasks-1 {
				waiting.Wait()
				time.Sleep(100 * time.Microsecond) // until they do wait
				failed = time.Now()
				return errWork
			}
			waiting.Done()
			<-ctx.Done()
			told[at] = time.Now()
			return ctx.Err()
		})
		if !errors.Is(err, errWork) {
			return 0, fmt.Errorf("the error is %v", err)
		}
		return slices.MaxFunc(told[:], time.Time.Compare).Sub(failed), nil
	}), kind(Latency), only(Bare, Braid, "errgroup", "conc"),
		what("Here 99 tasks wait for the death of their context, and then the last one fails. "+
			"Measured is from right before it returns its error until the last of the others goes on, because its context is dead.")).
	add(latencyRow("end-to-return", func(ctx context.Context, f groupFunc) (time.Duration, error) {
		var calls, ends atomic.Int64
		var ended time.Time
		err := f(ctx, latencyTasks, func(context.Context) error {
			if calls.Add(1) < latencyTasks {
				ends.Add(1)
				return nil
			}
			for ends.Load() < latencyTasks-1 {
				time.Sleep(20 * time.Microsecond)
			}
			time.Sleep(100 * time.Microsecond) // until the others are gone and the join waits
			ended = time.Now()
			return nil
		})
		return time.Since(ended), err
	}), kind(Latency), only(Bare, Braid, "errgroup", "conc"),
		what("Here 99 tasks have ended, and the call waits for the last one. "+
			"Measured is from right before that task returns until the call has."))

// latencyRow is as many measurements as there are units, and their distribution.
func latencyRow(name string, once func(ctx context.Context, f groupFunc) (time.Duration, error)) row[groupFunc] {
	return row[groupFunc]{name, "group", 500, 3, func(ctx context.Context, f groupFunc, n int) Job {
		var w wrong
		var all []float64
		return Job{Do: func() {
			for range n {
				took, err := once(ctx, f)
				if err != nil {
					w.add(err)
				}
				all = append(all, float64(took))
			}
		}, Figures: func() []float64 { return quantiles(all) }, Check: w.check}
	}}
}

// quantiles gives the median, the 90th and the 99th percentile, and the largest.
func quantiles(values []float64) []float64 {
	slices.Sort(values)
	at := func(q float64) float64 { return values[int(q*float64(len(values)-1)+0.5)] }
	return []float64{at(0.5), at(0.9), at(0.99), at(1)}
}

// LatencyFigures names what the workloads of the kind Latency measure.
var LatencyFigures = []Figure{{"p50", Time}, {"p90", Time}, {"p99", Time}, {"max", Time}}

// A Figure is one of those that a workload measures besides its time.
type Figure struct{ Name, Of string }

// beat is how often the ticker ticks.
const beat = time.Millisecond

var beating = newPattern[spawnFunc](1,
	fmt.Sprintf("A million tasks of 1 µs are handed over as fast as possible and joined, while another goroutine of the process ticks every %v. "+
		"Its lateness is how long after the instant at which a tick was due it goes on; a tick that comes so late that the next one is due takes its place. "+
		"What is held is the growth of the heap in use and of stacks: right after the call has returned, and after a garbage collection.", beat)).
	add(row[spawnFunc]{"fairness", "task", 1_000_000, 1000, fairnessJob}, kind(Fairness))

// FairnessFigures names what the workloads of the kind Fairness measure.
var FairnessFigures = []Figure{{"p50", Time}, {"p90", Time}, {"p99", Time}, {"max", Time}, {"held", Bytes}, {"after GC", Bytes}}

func fairnessJob(_ context.Context, f spawnFunc, n int) Job {
	var late []float64
	var right, collected float64
	d := dutyOf(func() { _ = spin(cost1us, 1) })
	return Job{Do: func() {
		before := holding()
		stop := make(chan struct{})
		var ticker sync.WaitGroup
		ticker.Go(func() {
			timer := time.NewTimer(beat)
			defer timer.Stop()
			for due := time.Now().Add(beat); ; {
				select {
				case <-stop:
					return
				case <-timer.C:
				}
				now := time.Now()
				late = append(late, float64(now.Sub(due)))
				for !due.After(now) {
					due = due.Add(beat)
				}
				timer.Reset(time.Until(due))
			}
		})
		f(n, d)
		right = max(0, inUse()-before)
		close(stop)
		ticker.Wait()
		collected = max(0, holding()-before)
		if len(late) == 0 {
			late = append(late, 0) // it was over before the first tick was due
		}
	}, Figures: func() []float64 { return append(quantiles(late), right, collected) }, Check: func() error { return spawnsAll(f, n) }}
}
