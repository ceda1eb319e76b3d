package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/bench/internal/work"
)

// This file is the process that measures one cell once: it is started with an
// order in its environment and answers with a sample on its standard output.

// orderVariable is the variable of the environment that has the order.
const orderVariable = "BRAID_BENCH_ORDER"

// An order says what a process is to measure.
type order struct {
	Workload, Peer string
	N              int           // units in one run
	Procs          int           // GOMAXPROCS, 0 for what it is
	Times          int           // how often the work is done in one run, 0 for once
	Enough         time.Duration // runs are repeated until they have taken that long together
}

// child gives the exit status.
func child(text string, stdout, stderr io.Writer) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	sample, err := o.measure()
	if err == nil {
		err = json.NewEncoder(stdout).Encode(sample)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// measure does the work, after a tenth of it to warm up, at least three times
// and until it is enough, unless that takes long, with what has to be done
// between the runs. The amount is the median of
// the runs, the rest a mean. Each run starts with the garbage of the one before
// collected.
func (o order) measure() (sample table.Sample, err error) {
	const fewest, most, long = 3, 1000, time.Second
	w := work.Find(o.Workload)
	if w == nil {
		return sample, fmt.Errorf("there is no workload %s", o.Workload)
	}
	if o.Procs > 0 {
		runtime.GOMAXPROCS(o.Procs)
	}
	var ends []func()
	defer func() {
		for _, end := range ends {
			end()
		}
	}()
	prepare := func(n int) (work.Job, error) {
		return w.Prepare(o.Peer, n, func(end func()) { ends = append(ends, end) })
	}
	warm, err := prepare(max(o.N/10, 1))
	if err != nil {
		return sample, err
	}
	warm.Do()
	if err := warm.Check(); err != nil {
		return sample, err
	}
	job, err := prepare(o.N)
	if err != nil {
		return sample, err
	}
	perRun := o.N
	if job.Units > 0 {
		perRun = job.Units
	}
	perRun *= max(o.Times, 1)
	var amounts []float64
	var total, cpu time.Duration
	var allocs, bytes uint64
	var before, after runtime.MemStats
	begun := time.Now()
	for len(amounts) < most && total < long && (len(amounts) < fewest || total < o.Enough && time.Since(begun) < 5*o.Enough) {
		runtime.GC()
		runtime.ReadMemStats(&before)
		burnt, start := cpuTime(), time.Now()
		own := 0.0
		for range max(o.Times, 1) {
			job.Do()
			if job.Amount != nil {
				own += job.Amount()
			}
		}
		took := time.Since(start)
		cpu += cpuTime() - burnt
		runtime.ReadMemStats(&after)
		allocs += after.Mallocs - before.Mallocs
		bytes += after.TotalAlloc - before.TotalAlloc
		total += took
		amount := float64(took)
		if job.Amount != nil {
			amount = own
		}
		amounts = append(amounts, amount/float64(perRun))
	}
	units := float64(perRun) * float64(len(amounts))
	sample = table.Sample{Amount: table.Median(amounts), Allocs: float64(allocs) / units, Bytes: float64(bytes) / units}
	if job.Amount == nil {
		sample.CPU = float64(cpu) / units // of all of it, which is not what was measured otherwise
	}
	if job.Figures != nil {
		sample.Figures = job.Figures()
	}
	return sample, job.Check()
}
