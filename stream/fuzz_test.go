package stream_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file makes pipelines at random and compares what comes out with what
// plain loops over slices give.

// A program is a random pipeline with its reference.
type program struct {
	data    []byte
	text    strings.Builder
	s       stream.Stream[int]
	want    []int // of the plain loops, if nothing fails
	sorted  bool  // no stage is unordered
	taken   bool  // items are cut off, so a failure may be out of reach
	exact   bool  // what is taken is determined
	fails   bool  // something fails
	running atomic.Int64
	sum     atomic.Int64 // what is worked out, for nobody
}

// next gives the next decision, below n.
func (p *program) next(n int) int {
	if len(p.data) == 0 {
		return 0
	}
	d := int(p.data[0])
	p.data = p.data[1:]
	return d % n
}

func (p *program) options() []braid.StreamOption {
	var opts []braid.StreamOption
	if l := p.next(5); l > 0 {
		l = []int{1, 2, 3, 17}[l-1]
		opts = append(opts, braid.Limit(l))
		fmt.Fprintf(&p.text, " Limit(%d)", l)
	}
	if p.next(3) == 0 {
		opts = append(opts, stream.Unordered)
		p.sorted = false
		p.text.WriteString(" Unordered")
	}
	if p.next(3) == 0 {
		a := p.next(5)
		opts = append(opts, stream.Ahead(a))
		fmt.Fprintf(&p.text, " Ahead(%d)", a)
	}
	return opts
}

// work stands for a function's: it takes a random while, and may fail.
func (p *program) work() func(i int) error {
	pace := p.next(5)
	at := int64(-1)
	if p.next(8) == 0 {
		at = int64(p.next(200))
		if at < int64(len(p.want)) {
			p.fails = true
			fmt.Fprintf(&p.text, " fails(%d)", at)
		}
	}
	var calls atomic.Int64
	return func(i int) error {
		p.running.Add(1)
		defer p.running.Add(-1)
		switch {
		case pace == 1:
			runtime.Gosched()
		case pace == 2:
			p.sum.Add(int64(spin(50*(i%7), i)))
		case pace == 3 && i%50 == 0:
			time.Sleep(10 * time.Microsecond)
		case pace == 4 && i%64 > 60:
			p.sum.Add(int64(spin(20000, i)))
		}
		if calls.Add(1)-1 == at {
			return errOne
		}
		return nil
	}
}

func (p *program) stage() {
	switch p.next(8) {
	case 0, 1:
		p.text.WriteString("; Map")
		k, opts := p.next(10), p.options()
		work := p.work()
		p.s = stream.Map(p.s, func(_ context.Context, i int) (int, error) { return i + k, work(i) }, opts...)
		for i := range p.want {
			p.want[i] += k
		}
	case 2:
		p.text.WriteString("; Filter")
		k, opts := 2+p.next(3), p.options()
		work := p.work()
		p.s = stream.Filter(p.s, func(_ context.Context, i int) (bool, error) { return i%k != 0, work(i) }, opts...)
		p.want = slices.DeleteFunc(p.want, func(i int) bool { return i%k == 0 })
	case 3:
		p.text.WriteString("; FlatMap")
		k, opts := p.next(4), p.options()
		work := p.work()
		p.s = stream.FlatMap(p.s, func(_ context.Context, i int) (stream.Stream[int], error) {
			return stream.Of(slices.Repeat([]int{i}, (i+k)%4)...), work(i)
		}, opts...)
		var want []int
		for _, i := range p.want {
			want = append(want, slices.Repeat([]int{i}, (i+k)%4)...)
		}
		p.want = want
	case 4:
		size, wait := 1+p.next(9), []time.Duration{0, time.Microsecond, braid.Forever}[p.next(3)]
		fmt.Fprintf(&p.text, "; Batch(%d, %v)", size, wait)
		p.s = flatten(stream.Batch(p.s, size, wait))
	case 5:
		n := 1 + p.next(9)
		fmt.Fprintf(&p.text, "; Buffer(%d)", n)
		p.s = stream.Buffer(p.s, n)
	case 6:
		p.text.WriteString("; Merge")
		p.s = stream.Merge(p.s, stream.Of[int]())
	case 7:
		n := 10 * p.next(20)
		fmt.Fprintf(&p.text, "; Take(%d)", n)
		p.s = stream.Take(p.s, n)
		if n < len(p.want) {
			p.want, p.taken = p.want[:n], true
			p.exact = p.exact && p.sorted
		}
	}
}

// check makes a program of data, runs it, and compares.
func check(t *testing.T, data []byte) {
	before := runtime.NumGoroutine()
	p := &program{data: data, sorted: true, exact: true}
	n := 10 * p.next(200)
	fmt.Fprintf(&p.text, "%d items", n)
	p.want = slices.Collect(upTo(n))
	p.s = stream.Values(upTo(n))
	for range 1 + p.next(4) {
		p.stage()
	}
	stop := -1
	if p.next(4) == 0 {
		stop = p.next(256)
		fmt.Fprintf(&p.text, "; break at %d", stop)
	}
	var got []int
	var failure error
	for i, err := range p.s(t.Context()) {
		if failure != nil {
			t.Errorf("%s: something came after the error", &p.text)
		}
		if failure = err; err != nil {
			continue
		}
		got = append(got, i)
		if len(got)-1 == stop {
			break
		}
	}
	if r := p.running.Load(); r != 0 {
		t.Errorf("%s: %d functions still run", &p.text, r)
	}
	settleGoroutines(t, before)
	p.compare(t, got, failure, stop)
}

func (p *program) compare(t *testing.T, got []int, failure error, stop int) {
	var ge *braid.GroupError
	broken := len(got)-1 == stop && failure == nil
	switch {
	case failure != nil && (!p.fails || !errors.Is(failure, errOne) || !errors.As(failure, &ge)):
		t.Errorf("%s: %v", &p.text, failure)
	case failure == nil && p.fails && !p.taken && !broken:
		t.Errorf("%s: no failure", &p.text)
	case failure == nil && !broken && len(got) != len(p.want) && p.exact && !p.fails:
		t.Errorf("%s: %d results, want %d", &p.text, len(got), len(p.want))
	}
	if !p.exact {
		return
	}
	if p.sorted {
		if len(got) > len(p.want) || !slices.Equal(got, p.want[:len(got)]) {
			t.Errorf("%s: got %v, want it to begin %v", &p.text, p.want, got)
		}
		return
	}
	// Every result is one of those wanted, none comes too often.
	left := map[int]int{}
	for _, i := range p.want {
		left[i]++
	}
	for _, i := range got {
		if left[i]--; left[i] < 0 {
			t.Errorf("%s: %d came too often", &p.text, i)
		}
	}
}

func FuzzPipeline(f *testing.F) {
	f.Add([]byte{10, 2, 0, 5, 1, 0, 0, 3})
	f.Add([]byte{200, 3, 0, 1, 2, 0, 1, 2, 7, 3, 3, 1, 4, 0, 0, 4, 0, 9})
	f.Add([]byte{90, 4, 2, 1, 1, 1, 0, 1, 3, 6, 1, 5, 7, 4, 3, 0, 0, 255})
	f.Fuzz(check)
}

func TestStress_RandomPipelinesGiveWhatPlainLoopsGive(t *testing.T) {
	n := 2000
	if testing.Short() || racing {
		n = 150
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		data := make([]byte, 40)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		if check(t, data); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
